//! Fills a new database with what the application's seed files say, once.

use super::settings::Database;
use super::settings::FILE;
use crate::problem::Problem;
use ketrics_directory::User;
use rusqlite::Connection;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Makes the SQLite file of a database and runs its seed files in it. A file that is there already
/// stays as it is, and one whose seed fails is not made.
pub fn seed(
    file: &Path,
    database: &Database,
    folder: &Path,
    users: &HashMap<String, User>,
) -> Result<(), Problem> {
    if file.exists() || database.seed.is_empty() {
        return Ok(());
    }
    let failed = |error: &dyn std::fmt::Display| {
        Problem::Failed(format!(
            "the database {:?} cannot be made: {error}",
            database.code
        ))
    };
    let mut script = String::new();
    for name in &database.seed {
        let text = fs::read_to_string(folder.join(name))
            .map_err(|error| Problem::Failed(format!("{FILE}: {name} cannot be read: {error}")))?;
        script.push_str(&fill(&text, users).map_err(|problem| Problem::failed(name, problem))?);
        script.push('\n');
    }
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(|error| failed(&error))?;
    }
    let partial = file.with_extension("partial");
    let _ = fs::remove_file(&partial);
    let connection = Connection::open(&partial).map_err(|error| failed(&error))?;
    connection
        .execute_batch(&script)
        .map_err(|error| failed(&error))?;
    connection.close().map_err(|(_, error)| failed(&error))?;
    fs::rename(&partial, file).map_err(|error| failed(&error))
}

/// Replaces `{{user:EMAIL}}` by that user's id.
fn fill(text: &str, users: &HashMap<String, User>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{user:") {
        let Some((email, after)) = after.split_once("}}") else {
            break;
        };
        filled.push_str(before);
        // Comments explain the placeholder by its own form.
        match users.get(email) {
            Some(user) => filled.push_str(&user.id.to_string()),
            None if email == "EMAIL" => filled.push_str("{{user:EMAIL}}"),
            None => {
                return Err(format!(
                    "{{{{user:{email}}}}} names nobody among `users` in {FILE}"
                ));
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::fill;
    use super::seed;
    use crate::dev::settings::Database;
    use ketrics_directory::TenantId;
    use ketrics_directory::User;
    use ketrics_directory::UserId;
    use ketrics_directory::UserStatus;
    use rusqlite::Connection;
    use std::collections::HashMap;
    use std::fs;
    use tempfile::TempDir;

    fn users() -> HashMap<String, User> {
        let user = User {
            id: UserId::new(),
            tenant_id: TenantId::new(),
            email: "a@b.example".to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            status: UserStatus::Active,
        };
        HashMap::from([(user.email.clone(), user)])
    }

    fn database() -> Database {
        Database {
            code: "db".to_owned(),
            permissions: Vec::new(),
            seed: vec!["seed.sql".to_owned()],
            url: None,
        }
    }

    #[test]
    fn users_are_filled_in_and_strangers_named() {
        let users = users();
        let id = users["a@b.example"].id.to_string();
        let filled = fill(
            "VALUES ('{{user:a@b.example}}', '{{user:a@b.example}}')",
            &users,
        );
        assert_eq!(filled, Ok(format!("VALUES ('{id}', '{id}')")));
        let error = fill("{{user:x@y}}", &users).expect_err("nobody");
        assert!(error.contains("{{user:x@y}} names nobody"), "{error}");
    }

    #[test]
    fn a_database_is_seeded_once() {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("data/db.sqlite");
        fs::write(
            folder.path().join("seed.sql"),
            "CREATE TABLE t (a); INSERT INTO t VALUES (1);",
        )
        .expect("a file");
        seed(&file, &database(), folder.path(), &users()).expect("seeded");
        seed(&file, &database(), folder.path(), &users()).expect("left as it is");
        let connection = Connection::open(&file).expect("a database");
        let count: i64 = connection
            .query_row("SELECT count(*) FROM t", (), |row| row.get(0))
            .expect("a count");
        assert_eq!(count, 1);
    }

    #[test]
    fn a_seed_that_fails_leaves_nothing_behind() {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("db.sqlite");
        fs::write(
            folder.path().join("seed.sql"),
            "CREATE TABLE t (a); INSERT INTO nowhere VALUES (1);",
        )
        .expect("a file");
        let problem = seed(&file, &database(), folder.path(), &users()).expect_err("a mistake");
        assert!(
            problem.to_string().contains("no such table: nowhere"),
            "{problem}"
        );
        assert!(!file.exists());
        fs::write(folder.path().join("seed.sql"), "CREATE TABLE t (a);").expect("a file");
        seed(&file, &database(), folder.path(), &users()).expect("seeded after the correction");
    }
}
