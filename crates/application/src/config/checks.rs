//! The checks themselves: one function per part of the file, each going on after a fault.

use super::Action;
use super::ApplicationConfig;
use super::ConfigError;
use super::EnvironmentVariable;
use super::Resource;
use super::ResourceKind;
use super::Role;
use super::faults::Fault;
use super::faults::Faults;
use super::names::is_identifier;
use super::names::is_role_code;
use super::names::is_semantic_version;
use super::names::is_supported_runtime;
use super::names::is_variable;
use super::positions::Positions;
use super::positions::element;
use super::positions::member;
use super::values::Object;
use super::values::array;
use super::values::at_most;
use super::values::described;
use super::values::object;
use super::values::optional_text;
use super::values::required_text;
use super::values::texts;
use super::variable_for;
use serde_json::Value;
use std::collections::HashMap;
use std::collections::HashSet;

const MAX_FILE_BYTES: usize = 1024 * 1024;
const MAX_ACTIONS: usize = 50;
const MAX_ROLES: usize = 20;
const MAX_ENVIRONMENT: usize = 50;
const MAX_VARIABLE_CHARACTERS: usize = 128;
pub(crate) const OLDEST_NODE: u32 = 18;

pub(crate) fn parse(text: &str) -> Result<ApplicationConfig, ConfigError> {
    let whole = |line, message: String| ConfigError {
        faults: vec![Fault {
            place: String::new(),
            line,
            message,
        }],
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_FILE_BYTES {
        return Err(whole(
            None,
            format!(
                "is {} bytes long; at most {MAX_FILE_BYTES} are allowed",
                text.len()
            ),
        ));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| {
        whole(
            Some(error.line()),
            format!("the file is not valid JSON: {error}"),
        )
    })?;
    let Value::Object(root) = &value else {
        return Err(whole(
            Some(1),
            format!(
                "the file must hold a JSON object, not {}",
                described(&value)
            ),
        ));
    };

    let positions = Positions::of(text);
    let repeated = positions.repeated.clone();
    let mut faults = Faults::new(positions);
    for place in repeated {
        faults.add(&place, "stands twice in its object; keep one");
    }
    if root.contains_key("environmentVariables") {
        faults.add(
            "environmentVariables",
            "is the old name of this key; rename it to `environment`",
        );
    }
    let config = check(root, &mut faults);
    faults
        .finish(config)
        .map_err(|faults| ConfigError { faults })
}

fn check(root: &Object, faults: &mut Faults) -> Option<ApplicationConfig> {
    let name = required_text(root, "", "name", faults);
    if let Some(name) = &name
        && !is_identifier(name)
    {
        faults.add("name", format!("is {name:?}; it must be lower-case letters, digits and hyphens, starting with a letter"));
    }
    let version = required_text(root, "", "version", faults);
    if let Some(version) = &version
        && !is_semantic_version(version)
    {
        faults.add(
            "version",
            format!("is {version:?}; it must be a semantic version such as \"1.0.0\""),
        );
    }
    let runtime = required_text(root, "", "runtime", faults);
    if let Some(runtime) = &runtime
        && !is_supported_runtime(runtime)
    {
        faults.add(
            "runtime",
            format!("is {runtime:?}; it must be \"nodejs{OLDEST_NODE}\" or a later one"),
        );
    }
    let entry = required_text(root, "", "entry", faults);
    if let Some(entry) = &entry {
        check_entry(entry, faults);
    }
    let description = optional_text(root, "", "description", faults);
    let functions = texts(root, "", "functions", faults);
    let include = globs(root, "include", faults);
    let exclude = globs(root, "exclude", faults);
    let actions = actions(root, faults);
    let roles = roles(root, actions.as_deref(), faults);
    let environment = environment(root, faults);
    let resources = resources(root, &environment, faults);
    Some(ApplicationConfig {
        name: name?,
        version: version?,
        description,
        runtime: runtime?,
        actions: actions?,
        functions,
        roles,
        environment,
        entry: entry?,
        include,
        exclude,
        resources,
    })
}

fn check_entry(entry: &str, faults: &mut Faults) {
    let problem =
        if entry.starts_with('/') || entry.contains('\\') || entry.chars().any(char::is_control) {
            "it must be a path relative to `backend/`, with forward slashes"
        } else if entry.split('/').any(|segment| segment == "..") {
            "it must stay inside `backend/`: no `..`"
        } else if entry.ends_with('/') {
            "it must name a file"
        } else if [".ts", ".tsx", ".mts", ".cts", ".jsx"]
            .iter()
            .any(|extension| entry.ends_with(extension))
        {
            "it must name the bundle that is built from the source, for example \"dist/index.js\""
        } else {
            return;
        };
    faults.add("entry", format!("is {entry:?}; {problem}"));
}

fn globs(root: &Object, key: &str, faults: &mut Faults) -> Vec<String> {
    let globs = texts(root, "", key, faults);
    for (index, glob) in globs.iter().enumerate() {
        if let Some(fault) = crate::archive::check_glob(glob) {
            faults.add(&element(key, index), format!("is {glob:?}; {fault}"));
        }
    }
    globs
}

/// `None` when there is nothing to check roles against.
fn actions(root: &Object, faults: &mut Faults) -> Option<Vec<Action>> {
    let Some(value) = root.get("actions") else {
        faults.add("actions", "is missing; list the capabilities that the application enforces, for example [\"read\"]");
        return None;
    };
    let items = array(value, "actions", faults)?;
    at_most(items, MAX_ACTIONS, "actions", faults);
    let mut actions: Vec<Action> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = element("actions", index);
        let action = match item {
            Value::String(code) => Action {
                code: code.clone(),
                description: None,
            },
            Value::Object(object) => {
                let Some(code) = required_text(object, &place, "code", faults) else {
                    continue;
                };
                Action {
                    code,
                    description: optional_text(object, &place, "description", faults),
                }
            }
            other => {
                faults.add(
                    &place,
                    format!(
                        "must be a string or {{ code, description }}, not {}",
                        described(other)
                    ),
                );
                continue;
            }
        };
        if action.code.trim().is_empty() {
            faults.add(&place, "must not be empty");
        } else if actions.iter().all(|known| known.code != action.code) {
            actions.push(action);
        }
    }
    Some(actions)
}

fn roles(root: &Object, actions: Option<&[Action]>, faults: &mut Faults) -> Vec<Role> {
    let Some(items) = root
        .get("roles")
        .and_then(|value| array(value, "roles", faults))
    else {
        return Vec::new();
    };
    at_most(items, MAX_ROLES, "roles", faults);
    let mut codes = HashSet::new();
    let mut roles = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = element("roles", index);
        let Some(object) = object(
            item,
            &place,
            "{ code, name, description?, actions }",
            faults,
        ) else {
            continue;
        };
        let code = required_text(object, &place, "code", faults);
        if let Some(code) = &code {
            let place = member(&place, "code");
            if !is_role_code(code) {
                faults.add(
                    &place,
                    format!("is {code:?}; it must be a letter, then letters, digits, `_` and `-`"),
                );
            } else if !codes.insert(code.clone()) {
                faults.add(
                    &place,
                    format!("is {code:?}, which another role has already; codes are unique"),
                );
            }
        }
        let name = required_text(object, &place, "name", faults);
        let description = optional_text(object, &place, "description", faults);
        if !object.contains_key("actions") {
            faults.add(
                &member(&place, "actions"),
                "is missing; list the actions that the role allows",
            );
        }
        let allowed = texts(object, &place, "actions", faults);
        for (index, action) in allowed.iter().enumerate() {
            if actions.is_some_and(|actions| actions.iter().all(|known| known.code != *action)) {
                let place = element(&member(&place, "actions"), index);
                faults.add(
                    &place,
                    format!("is {action:?}, which `actions` does not declare"),
                );
            }
        }
        if let (Some(code), Some(name)) = (code, name) {
            roles.push(Role {
                code,
                name,
                description,
                actions: allowed,
            });
        }
    }
    roles
}

fn environment(root: &Object, faults: &mut Faults) -> Vec<EnvironmentVariable> {
    let Some(items) = root
        .get("environment")
        .and_then(|value| array(value, "environment", faults))
    else {
        return Vec::new();
    };
    at_most(items, MAX_ENVIRONMENT, "environment", faults);
    let mut names = HashSet::new();
    let mut variables = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = element("environment", index);
        let Some(object) = object(item, &place, "{ name, description }", faults) else {
            continue;
        };
        let description = optional_text(object, &place, "description", faults);
        let Some(name) = required_text(object, &place, "name", faults) else {
            continue;
        };
        let place = member(&place, "name");
        check_variable(&name, &place, faults);
        if !names.insert(name.clone()) {
            faults.add(
                &place,
                format!("is {name:?}, which stands in `environment` already; names are unique"),
            );
        }
        variables.push(EnvironmentVariable { name, description });
    }
    variables
}

fn check_variable(name: &str, place: &str, faults: &mut Faults) {
    if !is_variable(name) {
        faults.add(place, format!("is {name:?}; it must be an upper-case letter, then upper-case letters, digits and `_`"));
    }
    if name.chars().count() > MAX_VARIABLE_CHARACTERS {
        faults.add(
            place,
            format!("is longer than {MAX_VARIABLE_CHARACTERS} characters"),
        );
    }
}

fn resources(
    root: &Object,
    environment: &[EnvironmentVariable],
    faults: &mut Faults,
) -> Vec<Resource> {
    const KINDS: &str = "`documentdb`, `volume`, `secret` and `parameter`";
    let Some(kinds) = root
        .get("resources")
        .and_then(|value| object(value, "resources", "an object", faults))
    else {
        return Vec::new();
    };
    for key in kinds.keys() {
        if ResourceKind::ALL.iter().all(|kind| kind.name() != key) {
            let hint = match key.as_str() {
                "database" | "databases" | "sql" => {
                    "; a SQL database's code is a plain `environment` value, and an administrator grants it"
                }
                _ => "",
            };
            faults.add(
                &member("resources", key),
                format!("is no kind of resource: there are {KINDS}{hint}"),
            );
        }
    }
    let mut resources: Vec<Resource> = Vec::new();
    let mut variables: HashMap<String, String> = HashMap::new();
    for kind in ResourceKind::ALL {
        let place = member("resources", kind.name());
        let Some(items) = kinds
            .get(kind.name())
            .and_then(|value| array(value, &place, faults))
        else {
            continue;
        };
        for (index, item) in items.iter().enumerate() {
            let place = element(&place, index);
            let Some(resource) = resource(kind, item, &place, environment, faults) else {
                continue;
            };
            if resources
                .iter()
                .any(|known| known.kind == kind && known.code == resource.code)
            {
                let message = format!(
                    "is {:?}, which another {kind} has already; codes are unique",
                    resource.code
                );
                faults.add(&member(&place, "code"), message);
            } else if let Some(other) = variables.get(&resource.variable) {
                faults.add(&place, format!(
                    "would use the variable {}, which `{other}` uses; give one of them an `environmentVariable` of its own",
                    resource.variable
                ));
            } else {
                variables.insert(resource.variable.clone(), place);
                resources.push(resource);
            }
        }
    }
    resources
}

fn resource(
    kind: ResourceKind,
    item: &Value,
    place: &str,
    environment: &[EnvironmentVariable],
    faults: &mut Faults,
) -> Option<Resource> {
    let object = object(
        item,
        place,
        "{ code, description?, environmentVariable? }",
        faults,
    )?;
    let description = optional_text(object, place, "description", faults);
    let explicit = optional_text(object, place, "environmentVariable", faults);
    let code = required_text(object, place, "code", faults)?;
    let variable = if let Some(variable) = explicit {
        if environment.iter().all(|known| known.name != variable) {
            let place = member(place, "environmentVariable");
            faults.add(
                &place,
                format!("is {variable:?}, which `environment` does not declare; add it there"),
            );
        }
        variable
    } else {
        let place = member(place, "code");
        let Some(variable) = variable_for(kind, &code) else {
            faults.add(&place, format!(
                "is {code:?}, from which no variable name can be made; use letters and digits, or set `environmentVariable`"
            ));
            return None;
        };
        if variable.chars().count() > MAX_VARIABLE_CHARACTERS {
            faults.add(&place, format!(
                "makes the variable name longer than {MAX_VARIABLE_CHARACTERS} characters; shorten it, or set `environmentVariable`"
            ));
        }
        variable
    };
    Some(Resource {
        kind,
        code,
        description,
        variable,
    })
}
