//! What a `ketrics.config.json` may say, and what a deploy answers when it says anything else.

use ketrics_application::ApplicationConfig;
use ketrics_application::ResourceKind;
use serde_json::Value;
use serde_json::json;

fn minimal() -> Value {
    json!({
        "name": "orders",
        "version": "1.0.0",
        "runtime": "nodejs18",
        "actions": ["read", { "code": "write", "description": "Change things" }],
        "entry": "dist/index.js",
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut config = minimal();
    config[key] = value;
    config
}

fn parse(config: &Value) -> Result<ApplicationConfig, Vec<String>> {
    let text = serde_json::to_string(config).expect("JSON values can be written");
    ApplicationConfig::parse(&text).map_err(|error| {
        error
            .faults
            .iter()
            .map(|fault| format!("{} {}", fault.place, fault.message))
            .collect()
    })
}

fn assert_fault(config: &Value, expected: &str) {
    let faults = parse(config).expect_err("the config has a fault");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].contains(expected),
        "{:?} does not contain {expected:?}",
        faults[0]
    );
}

#[test]
fn the_smallest_config_is_accepted() {
    let config = parse(&minimal()).expect("a valid config");
    assert_eq!(config.name, "orders");
    assert_eq!(config.action_codes(), ["read", "write"]);
    assert_eq!(
        config.actions[1].description.as_deref(),
        Some("Change things")
    );
    assert!(config.roles.is_empty() && config.functions.is_empty() && config.resources.is_empty());
}

#[test]
fn a_full_config_keeps_everything_that_it_says() {
    let config = parse(&json!({
        "name": "orders",
        "version": "2.1.0-beta.1+build.7",
        "description": "Orders",
        "runtime": "nodejs24",
        "actions": ["read"],
        "functions": ["echo", "_job"],
        "roles": [{ "code": "clerk", "name": "Clerk", "description": "Works", "actions": ["read"] }],
        "environment": [{ "name": "ORDERS_DB", "description": "The database" }, { "name": "BOX", "description": "" }],
        "entry": "dist/index.js",
        "include": ["backend/dist/**"],
        "exclude": ["**/*.map"],
        "resources": {
            "documentdb": [{ "code": "app-data" }],
            "volume": [{ "code": "labels", "environmentVariable": "BOX" }],
            "secret": [{ "code": "key", "description": "A key" }],
            "parameter": [{ "code": "app-data" }],
        },
        "somethingNew": true,
    }))
    .expect("a valid config");
    assert_eq!(config.roles[0].actions, ["read"]);
    assert_eq!(config.functions, ["echo", "_job"]);
    let resources: Vec<_> = config
        .resources
        .iter()
        .map(|r| (r.kind, r.variable.as_str()))
        .collect();
    assert_eq!(
        resources,
        [
            (ResourceKind::DocumentDb, "APP_DATA_DOCDB"),
            (ResourceKind::Volume, "BOX"),
            (ResourceKind::Secret, "KEY_SECRET"),
            (ResourceKind::Parameter, "APP_DATA_PARAMETER"),
        ]
    );
    let variables: Vec<_> = config.variables().into_iter().collect();
    assert_eq!(
        variables,
        [
            "APP_DATA_DOCDB",
            "APP_DATA_PARAMETER",
            "BOX",
            "KEY_SECRET",
            "ORDERS_DB"
        ]
    );
}

#[test]
fn an_older_config_with_handler_names_as_actions_deploys_as_it_is() {
    let config = parse(&with(
        "actions",
        json!(["getOrders", "createOrder", "admin", "getOrders"]),
    ));
    assert_eq!(
        config.expect("a valid config").action_codes(),
        ["getOrders", "createOrder", "admin"]
    );
}

#[test]
fn every_fault_is_listed_at_once_with_its_line() {
    let text = r#"{
  "name": "My App",
  "version": "1.0",
  "runtime": "python3",
  "actions": ["read", 7],
  "roles": [
    { "code": "1st", "name": "", "actions": ["write"] }
  ],
  "environmentVariables": [],
  "resources": { "volume": [{ "code": "--" }], "database": [] }
}"#;
    let error = ApplicationConfig::parse(text).expect_err("the config has faults");
    let places: Vec<_> = error
        .faults
        .iter()
        .map(|fault| (fault.line.expect("a line"), fault.place.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (1, "entry"),
            (2, "name"),
            (3, "version"),
            (4, "runtime"),
            (5, "actions[1]"),
            (7, "roles[0].code"),
            (7, "roles[0].name"),
            (7, "roles[0].actions[0]"),
            (9, "environmentVariables"),
            (10, "resources.database"),
            (10, "resources.volume[0].code"),
        ]
    );
    let message = error.to_string();
    assert!(
        message.starts_with("ketrics.config.json has 11 faults:\n  line 1: `entry` is missing"),
        "{message}"
    );
}

#[test]
fn the_old_name_of_environment_says_how_to_rename_it() {
    assert_fault(
        &with("environmentVariables", json!([])),
        "rename it to `environment`",
    );
}

#[test]
fn text_that_is_no_json_object_is_refused_with_its_line() {
    let error = ApplicationConfig::parse("{\n  \"name\": orders\n}").expect_err("not JSON");
    assert_eq!(error.faults[0].line, Some(2));
    assert!(error.to_string().contains("not valid JSON"), "{error}");
    let error = ApplicationConfig::parse("[]").expect_err("not an object");
    assert!(
        error
            .to_string()
            .contains("must hold a JSON object, not an array"),
        "{error}"
    );
    assert!(ApplicationConfig::parse("").is_err());
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let text = format!("\u{feff}{}", minimal());
    assert!(ApplicationConfig::parse(&text).is_ok());
}

#[test]
fn a_repeated_key_is_a_fault() {
    let text = minimal()
        .to_string()
        .replacen('{', "{\"name\":\"other\",", 1);
    let error = ApplicationConfig::parse(&text).expect_err("`name` stands twice");
    assert!(error.to_string().contains("`name` stands twice"), "{error}");
}

#[test]
fn names_are_lower_case_letters_digits_and_hyphens() {
    for name in ["a", "orders-2", "my-app"] {
        assert!(parse(&with("name", json!(name))).is_ok(), "{name}");
    }
    for name in [
        "Orders", "my_app", "-app", "app-", "2app", "my app", "ordérs",
    ] {
        assert_fault(&with("name", json!(name)), "must be lower-case letters");
    }
    assert_fault(&with("name", json!("")), "must not be empty");
    assert_fault(&with("name", json!(7)), "must be a string, not a number");
}

#[test]
fn versions_are_semantic() {
    for version in [
        "0.0.1",
        "1.0.0-alpha",
        "1.0.0-0.3.7",
        "1.0.0+001",
        "10.20.30-rc.1+x-y",
    ] {
        assert!(parse(&with("version", json!(version))).is_ok(), "{version}");
    }
    for version in [
        "1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0.0", "1.0.x",
    ] {
        assert_fault(&with("version", json!(version)), "semantic version");
    }
}

#[test]
fn runtimes_are_node_18_and_later() {
    for runtime in ["nodejs18", "nodejs20", "nodejs24"] {
        assert!(parse(&with("runtime", json!(runtime))).is_ok(), "{runtime}");
    }
    for runtime in [
        "nodejs",
        "nodejs16",
        "nodejs18.x",
        "node18",
        "nodejs-18",
        "NodeJS18",
        "nodejs+20",
    ] {
        assert_fault(
            &with("runtime", json!(runtime)),
            "\"nodejs18\" or a later one",
        );
    }
}

#[test]
fn the_entry_stays_inside_backend() {
    for entry in [
        "dist/index.js",
        "./dist/index.mjs",
        "index.cjs",
        "a..b/index.js",
    ] {
        assert!(parse(&with("entry", json!(entry))).is_ok(), "{entry}");
    }
    for (entry, expected) in [
        ("/etc/passwd", "relative to `backend/`"),
        ("dist\\index.js", "forward slashes"),
        ("../index.js", "no `..`"),
        ("dist/../../index.js", "no `..`"),
        ("dist/", "must name a file"),
        ("src/index.ts", "the bundle that is built"),
    ] {
        assert_fault(&with("entry", json!(entry)), expected);
    }
}

#[test]
fn counts_over_the_limits_are_refused_and_the_limits_named() {
    let many =
        |count: usize, make: &dyn Fn(usize) -> Value| Value::Array((0..count).map(make).collect());
    let action = |index| json!(format!("action-{index}"));
    let role = |index| json!({ "code": format!("r{index}"), "name": "R", "actions": ["read"] });
    let variable = |index| json!({ "name": format!("V{index}"), "description": "" });
    assert!(parse(&with("actions", many(50, &action))).is_ok());
    assert_fault(
        &with("actions", many(51, &action)),
        "has 51 elements; at most 50 are allowed",
    );
    assert!(parse(&with("roles", many(20, &role))).is_ok());
    assert_fault(&with("roles", many(21, &role)), "at most 20 are allowed");
    assert!(parse(&with("environment", many(50, &variable))).is_ok());
    assert_fault(
        &with("environment", many(51, &variable)),
        "at most 50 are allowed",
    );
}

#[test]
fn roles_have_unique_codes_names_and_declared_actions() {
    let role = |code: &str, action: &str| json!({ "code": code, "name": "R", "actions": [action] });
    assert!(parse(&with("roles", json!([role("order_Clerk-2", "read")]))).is_ok());
    assert_fault(
        &with("roles", json!([role("a", "read"), role("a", "write")])),
        "codes are unique",
    );
    assert_fault(
        &with("roles", json!([role("a b", "read")])),
        "must be a letter, then",
    );
    assert_fault(
        &with("roles", json!([role("a", "fly")])),
        "\"fly\", which `actions` does not declare",
    );
    assert_fault(
        &with("roles", json!([{ "code": "a", "name": "R" }])),
        "roles[0].actions is missing",
    );
    assert_fault(
        &with("roles", json!(["a"])),
        "must be { code, name, description?, actions }, not a string",
    );
    assert_fault(&with("roles", json!({})), "must be an array, not an object");
}

#[test]
fn variables_have_unique_upper_case_names_of_bounded_length() {
    let named = |name: &str| json!({ "name": name, "description": "" });
    assert!(
        parse(&with(
            "environment",
            json!([named("A"), named("ORDERS_DB_2")])
        ))
        .is_ok()
    );
    assert!(parse(&with("environment", json!([named(&"A".repeat(128))]))).is_ok());
    assert_fault(
        &with("environment", json!([named(&"A".repeat(129))])),
        "longer than 128 characters",
    );
    assert_fault(
        &with("environment", json!([named("A"), named("A")])),
        "names are unique",
    );
    for name in ["lower", "_A", "1A", "A-B", "A B"] {
        assert_fault(
            &with("environment", json!([named(name)])),
            "upper-case letter",
        );
    }
}

#[test]
fn an_explicit_variable_must_be_declared() {
    let resources = json!({ "volume": [{ "code": "labels", "environmentVariable": "LABELS" }] });
    assert_fault(
        &with("resources", resources.clone()),
        "`environment` does not declare; add it there",
    );
    let mut config = with("resources", resources);
    config["environment"] = json!([{ "name": "LABELS", "description": "" }]);
    assert_eq!(
        parse(&config).expect("a valid config").resources[0].variable,
        "LABELS"
    );
}

#[test]
fn resources_have_unique_codes_and_variables() {
    let volumes = |codes: &[&str]| {
        let list: Vec<_> = codes.iter().map(|code| json!({ "code": code })).collect();
        with("resources", json!({ "volume": list }))
    };
    assert_fault(&volumes(&["a", "a"]), "another volume has already");
    assert_fault(
        &volumes(&["a-b", "a_b"]),
        "would use the variable A_B_VOLUME, which `resources.volume[0]` uses",
    );
    assert_fault(&volumes(&["日本"]), "no variable name can be made");
    assert_fault(&volumes(&[&"a".repeat(122)]), "longer than 128 characters");
    let same_code = json!({ "volume": [{ "code": "a" }], "secret": [{ "code": "a" }] });
    assert!(parse(&with("resources", same_code)).is_ok());
}

#[test]
fn databases_are_no_resources_and_the_fault_says_what_to_do() {
    assert_fault(
        &with("resources", json!({ "database": [] })),
        "a plain `environment` value",
    );
    assert_fault(
        &with("resources", json!({ "queue": [] })),
        "there are `documentdb`, `volume`, `secret` and `parameter`",
    );
}
