//! `ketrics apply`: brings a platform to the state that a file declares.

use crate::api::Environment;
use crate::problem::Problem;
use ketrics_application::PlatformState;
use ketrics_application::Text;
use ketrics_gateway::platform::Action;
use ketrics_gateway::platform::Change;
use ketrics_gateway::platform::Plan;
use ketrics_services::check_egress_rule;
use serde::Deserialize;
use serde_json::json;
use std::env;
use std::fs;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// Bring tenants, users, roles, applications and resources to a declared state
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Shows the changes first and asks. docs/platform.md explains the file. It needs KETRICS_API_URL and,
as KETRICS_TOKEN, the administrator's token, which `ketrics token admin` prints on the host.

Exit codes: 0 the state is as declared; 1 something is wrong; 2 the command was wrong.")]
pub struct Apply {
    /// The file
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Only show the changes
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
struct Applied {
    plan: Plan,
}

impl Apply {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let shown = self.file.display();
        let text = fs::read_to_string(&self.file)
            .map_err(|error| Problem::Usage(format!("{shown}: {error}")))?;
        let mut state = PlatformState::parse_yaml(&text, check_egress_rule)
            .map_err(|error| Problem::Failed(format!("{shown}: {error}")))?;
        let folder = self.file.parent().unwrap_or(Path::new(""));
        resolve(&mut state, folder)
            .map_err(|faults| Problem::failed(shown, faults.join("\n  ")))?;
        let state = serde_json::to_value(&state)
            .map_err(|error| Problem::failed("the state cannot be sent", error))?;
        let api = self.environment.read()?.api()?;
        let path = ["platform".to_owned(), "apply".to_owned()];
        let planned: Applied = api
            .post(&path, &json!({ "state": state, "dryRun": true }))
            .await?;
        let Plan {
            changes,
            fingerprint,
        } = planned.plan;
        if changes.is_empty() {
            println!("nothing to change");
            return Ok(());
        }
        show(&changes);
        if self.dry_run {
            return Ok(());
        }
        if !self.yes && !agreed()? {
            return Err(Problem::Failed("nothing was changed".to_owned()));
        }
        let body = json!({ "state": state, "fingerprint": fingerprint });
        let applied: Applied = api.post(&path, &body).await?;
        println!("{} changes made", applied.plan.changes.len());
        Ok(())
    }
}

fn show(changes: &[Change]) {
    let mut tenant = "";
    for change in changes {
        if change.tenant != tenant {
            tenant = &change.tenant;
            println!("{tenant}");
        }
        let sign = match change.action {
            Action::Create => '+',
            Action::Update => '~',
            Action::Remove => '-',
        };
        println!("  {sign} {}", change.subject);
    }
}

fn agreed() -> Result<bool, Problem> {
    if !io::stdin().is_terminal() {
        return Err(Problem::Usage(
            "there is nobody to ask: use --yes to make these changes, or --dry-run".to_owned(),
        ));
    }
    print!("Make these changes? [y/N] ");
    let _ = io::stdout().flush();
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Problem::failed("standard input", error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Fills in what stands in variables and files; paths are relative to the state's own file. The
/// values themselves never appear in an error.
fn resolve(state: &mut PlatformState, folder: &Path) -> Result<(), Vec<String>> {
    let mut faults = Vec::new();
    for (tenant_index, tenant) in state.tenants.iter_mut().enumerate() {
        let secrets = tenant
            .secrets
            .iter_mut()
            .enumerate()
            .map(|(index, secret)| (format!("secrets[{index}].value"), Some(&mut secret.value)));
        let databases = tenant.databases.iter_mut().enumerate();
        let databases = databases
            .map(|(index, database)| (format!("databases[{index}].url"), database.url.as_mut()));
        for (place, text) in secrets.chain(databases) {
            let Some(text) = text else {
                continue;
            };
            match value(text, folder) {
                Ok(value) => *text = Text::Plain(value),
                Err(fault) => faults.push(format!("`tenants[{tenant_index}].{place}` {fault}")),
            }
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

fn value(text: &Text, folder: &Path) -> Result<String, String> {
    match text {
        Text::Plain(text) => Ok(text.clone()),
        Text::Env(name) => env::var(name)
            .map_err(|_| format!("names the environment variable {name}, which is not set")),
        Text::File(path) => {
            let text = fs::read_to_string(folder.join(path))
                .map_err(|error| format!("names the file {path}: {error}"))?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use ketrics_application::PlatformState;
    use ketrics_application::Text;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn a_secret_comes_from_a_file_beside_the_state() {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join("key.txt"), "s3cret\n").expect("a file");
        let text = "tenants: [{code: a, name: A, secrets: [{code: k, value: {file: key.txt}}]}]";
        let mut state = PlatformState::parse_yaml(text, |_| Ok(())).expect("a state");
        resolve(&mut state, folder.path()).expect("resolved");
        assert_eq!(
            state.tenants[0].secrets[0].value,
            Text::Plain("s3cret".to_owned())
        );
        assert!(!format!("{state:?}").contains("s3cret"));
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let text = "tenants: [{code: a, name: A, secrets: [{code: k, value: {file: gone}}, \
            {code: l, value: {env: KETRICS_TEST_NOT_SET}}]}]";
        let mut state = PlatformState::parse_yaml(text, |_| Ok(())).expect("a state");
        let folder = TempDir::new().expect("a folder");
        let faults = resolve(&mut state, folder.path()).expect_err("faults");
        assert_eq!(faults.len(), 2);
        assert!(faults[0].starts_with("`tenants[0].secrets[0].value` names the file gone"));
        assert!(faults[1].contains("KETRICS_TEST_NOT_SET, which is not set"));
    }
}
