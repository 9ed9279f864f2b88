//! What a statement may do on SQLite, decided by SQLite's own authorizer while it compiles the
//! statement: by what the statement does, not by how it is written.
//!
//! SQLite knows only two kinds of connection, reading and writing. The authorizer adds the third:
//! without `admin`, tables cannot be made, changed or dropped. Nobody may reach another file, leave
//! something behind on a pooled connection, or end a transaction that the platform keeps book of.

use crate::database::engine::Access;
use crate::database::engine::TRANSACTIONS;
use rusqlite::hooks::AuthAction;
use rusqlite::hooks::AuthContext;
use rusqlite::hooks::Authorization;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Pragmas that only tell something, with or without an argument.
const TELLING: [&str; 12] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
    "integrity_check",
    "quick_check",
    "collation_list",
    "function_list",
];

/// Pragmas that tell something without an argument and change something with one.
const TELLING_ALONE: [&str; 10] = [
    "user_version",
    "application_id",
    "schema_version",
    "data_version",
    "encoding",
    "foreign_keys",
    "journal_mode",
    "page_count",
    "page_size",
    "freelist_count",
];

/// Pragmas that an administrator may set; they are written into the database.
const SETTABLE: [&str; 2] = ["user_version", "application_id"];

/// Virtual tables that keep everything in the database itself.
const MODULES: [&str; 5] = ["fts3", "fts4", "fts5", "rtree", "rtree_i32"];

/// Functions that reach outside.
const FUNCTIONS: [&str; 2] = ["load_extension", "fts3_tokenizer"];

const TEMPORARY: &str =
    "temporary tables are not available: connections are shared between invocations";

/// Decides for one connection, and remembers why it last said no.
pub(crate) struct Guard {
    access: Access,
    ours: AtomicBool,
    denial: Mutex<Option<String>>,
}

impl Guard {
    pub(crate) fn new(access: Access) -> Self {
        Self {
            access,
            ours: AtomicBool::new(false),
            denial: Mutex::new(None),
        }
    }

    /// Lets the platform's own statements through while the work runs.
    pub(crate) fn as_platform<R>(&self, work: impl FnOnce() -> R) -> R {
        self.ours.store(true, Ordering::Relaxed);
        let result = work();
        self.ours.store(false, Ordering::Relaxed);
        result
    }

    /// Why a statement was refused, for the error.
    pub(crate) fn take_denial(&self) -> Option<String> {
        self.denial
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The answer to SQLite.
    pub(crate) fn authorize(&self, context: AuthContext<'_>) -> Authorization {
        if self.ours.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        match self.refuse(context.action, context.database_name) {
            None => Authorization::Allow,
            Some(reason) => {
                *self.denial.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
                Authorization::Deny
            }
        }
    }

    fn refuse(&self, action: AuthAction<'_>, database: Option<&str>) -> Option<String> {
        let reads = matches!(
            action,
            AuthAction::Select
                | AuthAction::Read { .. }
                | AuthAction::Recursive
                | AuthAction::Function { .. }
        );
        if database == Some("temp") && !reads {
            return Some(TEMPORARY.to_owned());
        }
        match action {
            AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => None,
            AuthAction::Function { function_name } => FUNCTIONS
                .contains(&function_name.to_ascii_lowercase().as_str())
                .then(|| format!("the function {function_name} is not available")),
            AuthAction::Insert { table_name }
            | AuthAction::Update { table_name, .. }
            | AuthAction::Delete { table_name } => {
                // Whatever changes a table begins with a row of the schema's own table.
                if table_name.starts_with("sqlite_") && table_name != "sqlite_sequence" {
                    self.needs(Access::Admin, "to change tables", "admin")
                } else {
                    self.needs(Access::Write, "to change rows", "write")
                }
            }
            AuthAction::CreateVtable { module_name, .. }
            | AuthAction::DropVtable { module_name, .. } => {
                if MODULES.contains(&module_name.to_ascii_lowercase().as_str()) {
                    self.needs(Access::Admin, "to change tables", "admin")
                } else {
                    Some(format!(
                        "virtual tables of the kind {module_name} are not available"
                    ))
                }
            }
            AuthAction::CreateTable { .. }
            | AuthAction::CreateIndex { .. }
            | AuthAction::CreateView { .. }
            | AuthAction::CreateTrigger { .. }
            | AuthAction::DropTable { .. }
            | AuthAction::DropIndex { .. }
            | AuthAction::DropView { .. }
            | AuthAction::DropTrigger { .. }
            | AuthAction::AlterTable { .. }
            | AuthAction::Reindex { .. }
            | AuthAction::Analyze { .. } => self.needs(Access::Admin, "to change tables", "admin"),
            AuthAction::Pragma {
                pragma_name,
                pragma_value,
            } => self.refuse_pragma(pragma_name, pragma_value),
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => {
                Some(TRANSACTIONS.to_owned())
            }
            AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
                Some("other database files cannot be reached (ATTACH, DETACH, VACUUM)".to_owned())
            }
            AuthAction::CreateTempTable { .. }
            | AuthAction::CreateTempIndex { .. }
            | AuthAction::CreateTempView { .. }
            | AuthAction::CreateTempTrigger { .. }
            | AuthAction::DropTempTable { .. }
            | AuthAction::DropTempIndex { .. }
            | AuthAction::DropTempView { .. }
            | AuthAction::DropTempTrigger { .. } => Some(
                "temporary tables are not available: connections are shared between invocations"
                    .to_owned(),
            ),
            _ => Some("the statement is not available".to_owned()),
        }
    }

    fn refuse_pragma(&self, name: &str, value: Option<&str>) -> Option<String> {
        let name = name.to_ascii_lowercase();
        let name = name.as_str();
        if TELLING.contains(&name) || (value.is_none() && TELLING_ALONE.contains(&name)) {
            return None;
        }
        if SETTABLE.contains(&name) {
            return self.needs(Access::Admin, "to set it", "admin");
        }
        Some(format!("PRAGMA {name} is not available"))
    }

    fn needs(&self, needed: Access, what: &str, permission: &str) -> Option<String> {
        (self.access < needed).then(|| {
            format!("the grant on this database is not enough {what}: it takes {permission}")
        })
    }
}
