//! What `ketrics dev` prints when it is ready: everything that the first call needs.

use super::provision::Provisioned;
use crate::target::Target;
use ketrics_application::ApplicationConfig;
use std::path::Path;

/// What there is to say.
pub struct Facts<'a> {
    /// The application's configuration.
    pub config: &'a ApplicationConfig,
    /// Ids and names.
    pub provisioned: &'a Provisioned,
    /// Where and with which token it is called.
    pub target: &'a Target,
    /// Names of its functions; empty when it does not load.
    pub functions: &'a [String],
    /// The folder as the user named it.
    pub folder: &'a Path,
    /// The file for `ketrics invoke`.
    pub file: &'a Path,
}

/// Prints them on standard error, beside the log.
pub fn print(facts: &Facts<'_>) {
    eprint!("{}", text(facts));
}

fn text(facts: &Facts<'_>) -> String {
    let Facts {
        config,
        provisioned,
        target,
        functions,
        folder,
        file,
    } = facts;
    let Target {
        runtime_url,
        tenant,
        application,
        token,
    } = target;
    let Provisioned {
        tenant: named,
        developer,
        ..
    } = provisioned;
    // Functions whose name starts with `_` are for jobs.
    let callable: Vec<&str> = functions
        .iter()
        .map(String::as_str)
        .filter(|name| !name.starts_with('_'))
        .collect();
    let first = callable
        .iter()
        .find(|name| **name == "echo")
        .or(callable.first())
        .unwrap_or(&"FUNCTION");
    let functions = if callable.is_empty() {
        "(none yet)".to_owned()
    } else {
        callable.join(", ")
    };
    format!(
        "
{name} {version} is served at {runtime_url}

  tenant       {tenant_code} ({tenant})
  application  {name} ({application})
  user         {email}{permissions}
  functions    {functions}
  token        {token}

Call a function:

  curl -s {runtime_url}/tenants/{tenant_code}/applications/{name}/functions/{first} \\
    -H 'Authorization: Bearer {token}' \\
    -H 'Content-Type: application/json' -d '{{\"payload\":{{\"hello\":\"world\"}}}}'

  ketrics invoke {first} --app {folder} --payload '{{\"hello\":\"world\"}}'

The addresses and the token are in {file}. Stop with Ctrl-C.

",
        name = config.name,
        version = config.version,
        tenant_code = named.code,
        email = developer.email,
        permissions = if config.actions.is_empty() {
            String::new()
        } else {
            format!(" ({})", config.action_codes().join(", "))
        },
        folder = folder.display(),
        file = file.display(),
    )
}
