//! The checks: one function per kind of thing, each going on after a fault.

use super::RuleCheck;
use super::permitted;
use super::state::ApplicationState;
use super::state::DatabaseState;
use super::state::GrantState;
use super::state::GroupState;
use super::state::NamedState;
use super::state::ParameterState;
use super::state::PlatformState;
use super::state::RoleState;
use super::state::SecretState;
use super::state::TenantState;
use super::state::Text;
use super::state::UserState;
use super::state::VolumeState;
use crate::config::Faults;
use crate::config::Object;
use crate::config::array;
use crate::config::described;
use crate::config::element;
use crate::config::is_identifier;
use crate::config::is_role_code;
use crate::config::is_variable;
use crate::config::member;
use crate::config::object;
use crate::config::only;
use crate::config::optional_text;
use crate::config::required_text;
use crate::config::texts;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::HashSet;

/// What each kind of grant may allow; nothing where the grant itself is the permission.
const GRANTS: [(&str, &[&str]); 5] = [
    ("database", &["read", "write", "admin"]),
    (
        "volume",
        &[
            "*",
            "GetObject",
            "PutObject",
            "DeleteObject",
            "ListObjects",
            "ReadObject",
            "CreateObject",
            "UpdateObject",
        ],
    ),
    ("documentdb", &["*", "read", "write"]),
    ("secret", &[]),
    ("parameter", &[]),
];

const ENGINES: [&str; 4] = ["sqlite", "postgresql", "mysql", "sqlserver"];

const MAX_CODE_CHARACTERS: usize = 128;

pub(super) fn platform(
    value: &Value,
    rules: RuleCheck,
    faults: &mut Faults,
) -> Option<PlatformState> {
    let root = object(value, "", "a mapping with the key `tenants`", faults)?;
    only(root, "", &["tenants"], faults);
    if !root.contains_key("tenants") {
        faults.add("tenants", "is missing; list the tenants");
    }
    let tenant =
        |object: &Object, place: &str, faults: &mut Faults| tenant(object, place, rules, faults);
    let tenants = list(root, "", "tenants", "{ code, name, … }", faults, tenant);
    unique(&tenants, "tenants", faults, |tenant| &tenant.code);
    Some(PlatformState { tenants })
}

fn tenant(
    object: &Object,
    place: &str,
    rules: RuleCheck,
    faults: &mut Faults,
) -> Option<TenantState> {
    only(
        object,
        place,
        &[
            "code",
            "name",
            "egress",
            "ai",
            "users",
            "serviceAccounts",
            "groups",
            "volumes",
            "databases",
            "documentDatabases",
            "secrets",
            "parameters",
            "applications",
        ],
        faults,
    );
    let code = identifier(object, place, faults);
    let name = required_text(object, place, "name", faults);
    let egress = permitted::egress(object, place, rules, faults);
    let ai = permitted::ai(object, place, faults);
    macro_rules! named {
        ($key:literal, $shape:literal, $check:path, $code:expr) => {{
            let items = list(object, place, $key, $shape, faults, $check);
            unique(&items, &member(place, $key), faults, $code);
            items
        }};
    }
    let users = named!(
        "users",
        "{ email, firstName, lastName, status? }",
        user,
        |user| { &user.email }
    );
    let service_accounts = named!("serviceAccounts", "{ code, name? }", named, |item| {
        &item.code
    });
    let groups = named!("groups", "{ code, name?, members? }", group, |item| {
        &item.code
    });
    let volumes = named!("volumes", "{ code, name?, … }", volume, |item| &item.code);
    let databases = named!(
        "databases",
        "{ code, name?, engine, url? }",
        database,
        |item| &item.code
    );
    let document_databases = named!("documentDatabases", "{ code, name? }", named, |item| {
        &item.code
    });
    let secrets = named!("secrets", "{ code, value }", secret, |item| &item.code);
    let parameters = named!("parameters", "{ code, value }", parameter, |item| {
        &item.code
    });
    let applications = named!("applications", "{ code, name?, … }", application, |item| {
        &item.code
    });
    let state = TenantState {
        code: code?,
        name: name?,
        egress,
        ai,
        users,
        service_accounts,
        groups,
        volumes,
        databases,
        document_databases,
        secrets,
        parameters,
        applications,
    };
    references(&state, place, faults);
    Some(state)
}

/// Whoever and whatever is named must be declared in the same tenant.
fn references(tenant: &TenantState, place: &str, faults: &mut Faults) {
    let users: HashSet<&str> = tenant.users.iter().map(|user| &*user.email).collect();
    let groups: HashSet<&str> = tenant.groups.iter().map(|group| &*group.code).collect();
    let accounts: HashSet<&str> = tenant
        .service_accounts
        .iter()
        .map(|account| &*account.code)
        .collect();
    let databases: HashSet<&str> = tenant.databases.iter().map(|item| &*item.code).collect();
    let mut check = |names: &[String], known: &HashSet<&str>, place: &str, list: &str| {
        for (index, name) in names.iter().enumerate() {
            if !known.contains(name.as_str()) {
                faults.add(
                    &element(place, index),
                    format!("is {name:?}, which `{list}` of the tenant does not declare"),
                );
            }
        }
    };
    for (index, group) in tenant.groups.iter().enumerate() {
        let place = element(&member(place, "groups"), index);
        check(&group.members, &users, &member(&place, "members"), "users");
    }
    for (index, application) in tenant.applications.iter().enumerate() {
        let place = element(&member(place, "applications"), index);
        for (index, role) in application.roles.iter().enumerate() {
            let place = element(&member(&place, "roles"), index);
            check(&role.users, &users, &member(&place, "users"), "users");
            check(&role.groups, &groups, &member(&place, "groups"), "groups");
            check(
                &role.service_accounts,
                &accounts,
                &member(&place, "serviceAccounts"),
                "serviceAccounts",
            );
        }
    }
    for (index, application) in tenant.applications.iter().enumerate() {
        let place = element(&member(place, "applications"), index);
        for (index, grant) in application.grants.iter().enumerate() {
            if grant.kind == "database" && !databases.contains(grant.code.as_str()) {
                let place = member(&element(&member(&place, "grants"), index), "code");
                faults.add(
                    &place,
                    format!(
                        "is {:?}, which `databases` of the tenant does not declare",
                        grant.code
                    ),
                );
            }
        }
    }
}

fn user(object: &Object, place: &str, faults: &mut Faults) -> Option<UserState> {
    let keys = ["email", "firstName", "lastName", "status"];
    only(object, place, &keys, faults);
    let email = required_text(object, place, "email", faults);
    if let Some(email) = &email
        && (!email.contains('@') || email.contains(char::is_whitespace))
    {
        faults.add(
            &member(place, "email"),
            format!("is {email:?}; it must be an e-mail address"),
        );
    }
    let first_name = required_text(object, place, "firstName", faults);
    let last_name = required_text(object, place, "lastName", faults);
    let status = permitted::status(object, place, faults);
    Some(UserState {
        email: email?,
        first_name: first_name?,
        last_name: last_name?,
        status,
    })
}

fn named(object: &Object, place: &str, faults: &mut Faults) -> Option<NamedState> {
    only(object, place, &["code", "name"], faults);
    let (code, name) = code_and_name(object, place, faults)?;
    Some(NamedState { code, name })
}

fn group(object: &Object, place: &str, faults: &mut Faults) -> Option<GroupState> {
    only(object, place, &["code", "name", "members"], faults);
    let members = texts(object, place, "members", faults);
    let (code, name) = code_and_name(object, place, faults)?;
    Some(GroupState {
        code,
        name,
        members,
    })
}

fn volume(object: &Object, place: &str, faults: &mut Faults) -> Option<VolumeState> {
    let keys = ["code", "name", "maxObjectBytes", "allowedContentTypes"];
    only(object, place, &keys, faults);
    let max_object_bytes = object.get("maxObjectBytes").and_then(|value| {
        let bytes = value.as_u64().filter(|bytes| *bytes > 0);
        if bytes.is_none() {
            let place = member(place, "maxObjectBytes");
            faults.add(&place, "must be a whole number of bytes from 1");
        }
        bytes
    });
    let allowed_content_types = texts(object, place, "allowedContentTypes", faults);
    let (code, name) = code_and_name(object, place, faults)?;
    Some(VolumeState {
        code,
        name,
        max_object_bytes,
        allowed_content_types,
    })
}

fn database(object: &Object, place: &str, faults: &mut Faults) -> Option<DatabaseState> {
    only(object, place, &["code", "name", "engine", "url"], faults);
    let engine = required_text(object, place, "engine", faults);
    if let Some(engine) = &engine
        && !ENGINES.contains(&engine.as_str())
    {
        let names = ENGINES.join(", ");
        faults.add(
            &member(place, "engine"),
            format!("is {engine:?}; it must be one of {names}"),
        );
    }
    let url = object
        .get("url")
        .and_then(|value| text(value, &member(place, "url"), faults));
    let (code, name) = code_and_name(object, place, faults)?;
    Some(DatabaseState {
        code,
        name,
        engine: engine?,
        url,
    })
}

fn secret(object: &Object, place: &str, faults: &mut Faults) -> Option<SecretState> {
    only(object, place, &["code", "value"], faults);
    let code = code(object, place, faults);
    let place = member(place, "value");
    let Some(value) = object.get("value") else {
        faults.add(
            &place,
            "is missing; name where it stands: { env: NAME } or { file: PATH }",
        );
        return None;
    };
    let value = text(value, &place, faults);
    Some(SecretState {
        code: code?,
        value: value?,
    })
}

fn text(value: &Value, place: &str, faults: &mut Faults) -> Option<Text> {
    let shape = "{ env: NAME } or { file: PATH }";
    match value {
        Value::String(text) => return Some(Text::Plain(text.clone())),
        Value::Object(object) if object.len() == 1 => {
            for (key, value) in object {
                let value = value.as_str().filter(|_| key == "plain" || value != "");
                match (key.as_str(), value.map(str::to_owned)) {
                    ("plain", Some(text)) => return Some(Text::Plain(text)),
                    ("env", Some(name)) => return Some(Text::Env(name)),
                    ("file", Some(path)) => return Some(Text::File(path)),
                    _ => {}
                }
            }
        }
        _ => {}
    }
    faults.add(
        place,
        format!("must be a text, {shape}, not {}", described(value)),
    );
    None
}

fn parameter(item: &Object, place: &str, faults: &mut Faults) -> Option<ParameterState> {
    only(item, place, &["code", "value"], faults);
    let code = code(item, place, faults);
    let place = member(place, "value");
    let Some(value) = item.get("value") else {
        faults.add(&place, "is missing; it must be a mapping");
        return None;
    };
    let value = object(value, &place, "a mapping", faults)?;
    Some(ParameterState {
        code: code?,
        value: value.clone(),
    })
}

fn application(object: &Object, place: &str, faults: &mut Faults) -> Option<ApplicationState> {
    let keys = [
        "code",
        "name",
        "environment",
        "roles",
        "grants",
        "platformPermissions",
    ];
    only(object, place, &keys, faults);
    let environment = environment(object, place, faults);
    let roles = list(object, place, "roles", "{ code, … }", faults, role);
    unique(&roles, &member(place, "roles"), faults, |role| &role.code);
    let grants = list(object, place, "grants", "{ kind, code, … }", faults, grant);
    let granted: Vec<String> = grants
        .iter()
        .map(|grant| format!("{}:{}", grant.kind, grant.code))
        .collect();
    unique(&granted, &member(place, "grants"), faults, |name| name);
    let platform_permissions = texts(object, place, "platformPermissions", faults);
    let code = identifier(object, place, faults)?;
    let name = optional_text(object, place, "name", faults);
    Some(ApplicationState {
        name: name.unwrap_or_else(|| code.clone()),
        code,
        environment,
        roles,
        grants,
        platform_permissions,
    })
}

fn environment(item: &Object, place: &str, faults: &mut Faults) -> BTreeMap<String, String> {
    let place = member(place, "environment");
    let mut values = BTreeMap::new();
    let Some(object) = item
        .get("environment")
        .and_then(|value| object(value, &place, "a mapping of names to texts", faults))
    else {
        return values;
    };
    for (name, value) in object {
        let place = member(&place, name);
        if !is_variable(name) {
            faults.add(
                &place,
                "has a name that must be an upper-case letter, then upper-case letters, digits and `_`",
            );
        }
        match value {
            Value::String(text) => {
                values.insert(name.clone(), text.clone());
            }
            other => faults.add(
                &place,
                format!("must be a text, not {}; put it in quotes", described(other)),
            ),
        }
    }
    values
}

fn role(object: &Object, place: &str, faults: &mut Faults) -> Option<RoleState> {
    let keys = [
        "code",
        "name",
        "actions",
        "users",
        "groups",
        "serviceAccounts",
    ];
    only(object, place, &keys, faults);
    let code = required_text(object, place, "code", faults);
    if let Some(code) = &code
        && !is_role_code(code)
    {
        faults.add(
            &member(place, "code"),
            format!("is {code:?}; it must be a letter, then letters, digits, `_` and `-`"),
        );
    }
    let name = optional_text(object, place, "name", faults);
    let actions = texts(object, place, "actions", faults);
    let users = texts(object, place, "users", faults);
    let groups = texts(object, place, "groups", faults);
    let service_accounts = texts(object, place, "serviceAccounts", faults);
    Some(RoleState {
        code: code?,
        name,
        actions: object.contains_key("actions").then_some(actions),
        users,
        groups,
        service_accounts,
    })
}

fn grant(object: &Object, place: &str, faults: &mut Faults) -> Option<GrantState> {
    only(object, place, &["kind", "code", "permissions"], faults);
    let kind = required_text(object, place, "kind", faults);
    let code = code(object, place, faults);
    let permissions = texts(object, place, "permissions", faults);
    let kind = kind?;
    let Some((_, allowed)) = GRANTS.iter().find(|(name, _)| *name == kind) else {
        let names: Vec<&str> = GRANTS.iter().map(|(name, _)| *name).collect();
        faults.add(
            &member(place, "kind"),
            format!("is {kind:?}; it must be one of {}", names.join(", ")),
        );
        return None;
    };
    let place = member(place, "permissions");
    if permissions.is_empty() && !allowed.is_empty() {
        faults.add(
            &place,
            format!("is missing; name some of {}", allowed.join(", ")),
        );
    }
    for (index, permission) in permissions.iter().enumerate() {
        if !allowed.contains(&permission.as_str()) {
            let message = match allowed {
                [] => format!("is {permission:?}; a {kind} is granted as a whole"),
                allowed => format!(
                    "is {permission:?}; it must be one of {}",
                    allowed.join(", ")
                ),
            };
            faults.add(&element(&place, index), message);
        }
    }
    Some(GrantState {
        kind,
        code: code?,
        permissions,
    })
}

/// The code of a tenant or an application, which stands in URLs.
fn identifier(object: &Object, place: &str, faults: &mut Faults) -> Option<String> {
    let code = code(object, place, faults)?;
    if !is_identifier(&code) {
        faults.add(
            &member(place, "code"),
            format!("is {code:?}; it must be lower-case letters, digits and hyphens, starting with a letter"),
        );
    }
    Some(code)
}

fn code(object: &Object, place: &str, faults: &mut Faults) -> Option<String> {
    let code = required_text(object, place, "code", faults)?;
    if code.chars().count() > MAX_CODE_CHARACTERS || code.chars().any(char::is_control) {
        faults.add(
            &member(place, "code"),
            format!("must have at most {MAX_CODE_CHARACTERS} characters, none of them a control character"),
        );
    }
    Some(code)
}

/// Without a name, the code is shown.
fn code_and_name(object: &Object, place: &str, faults: &mut Faults) -> Option<(String, String)> {
    let code = code(object, place, faults);
    let name = optional_text(object, place, "name", faults);
    let code = code?;
    Some((code.clone(), name.unwrap_or(code)))
}

fn list<T>(
    parent: &Object,
    place: &str,
    key: &str,
    shape: &str,
    faults: &mut Faults,
    check: impl Fn(&Object, &str, &mut Faults) -> Option<T>,
) -> Vec<T> {
    let place = member(place, key);
    let Some(items) = parent
        .get(key)
        .and_then(|value| array(value, &place, faults))
    else {
        return Vec::new();
    };
    let mut list = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let place = element(&place, index);
        if let Some(item) = object(item, &place, shape, faults) {
            list.extend(check(item, &place, faults));
        }
    }
    list
}

fn unique<T>(items: &[T], place: &str, faults: &mut Faults, name: impl Fn(&T) -> &String) {
    let mut seen = HashSet::new();
    for item in items {
        let name = name(item);
        if !seen.insert(name) {
            faults.add(place, format!("holds {name:?} twice; names are unique"));
        }
    }
}
