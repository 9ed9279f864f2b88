//! `ketrics.Parameter`.

use crate::world::World;
use crate::world::told;
use crate::world::world;
use ketrics_directory::GrantKind;
use ketrics_protocol::ParameterCall;
use ketrics_protocol::ParameterReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::Invocation;

async fn get(world: &World, invocation: &Invocation, code: &str) -> Result<String, ServiceError> {
    let call = ParameterCall::Get {
        parameter: code.to_owned(),
    };
    match world.call(invocation, ServiceCall::Parameter(call)).await? {
        ServiceReply::Parameter(ParameterReply::Get { json }) => Ok(json),
        other => panic!("{other:?}"),
    }
}

async fn put(world: &World, code: &str, json: &str) {
    world
        .directory
        .put_parameter(world.acme.id, code, json)
        .await
        .unwrap();
    world.grant(GrantKind::Parameter, code, &[]).await;
}

#[tokio::test]
async fn a_granted_parameter_is_read_as_it_was_written() {
    let world = world().await;
    let most = format!(r#"{{"a":"{}"}}"#, "x".repeat(64 * 1024 - 8));
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(9_000), "]".repeat(9_000));
    for json in ["{}", " {\"z\": 1.50, \"a\": 1e400}\n", &most, &deep] {
        put(&world, "billing", json).await;
        let read = get(&world, &world.invocation(), "billing").await.unwrap();
        assert_eq!(read, json);
    }
}

#[tokio::test]
async fn who_was_not_granted_a_parameter_or_is_of_another_tenant_does_not_read_it() {
    let world = world().await;
    put(&world, "billing", "{}").await;
    let told_to = async |invocation: &Invocation, code: &str| {
        let error = get(&world, invocation, code).await.unwrap_err();
        (told(&error).0.to_owned(), told(&error).1)
    };
    for (invocation, code, class) in [
        (world.of_second(), "billing", "ParameterAccessDeniedError"),
        (world.of_stranger(), "billing", "ParameterNotFoundError"),
        (world.invocation(), "nothing", "ParameterNotFoundError"),
        (world.invocation(), "", "ParameterNotFoundError"),
    ] {
        let expected = (class.to_owned(), vec![code.to_owned()]);
        assert_eq!(told_to(&invocation, code).await, expected);
    }
    world
        .directory
        .revoke(world.orders.id, GrantKind::Parameter, "billing")
        .await
        .unwrap();
    let (class, _) = told_to(&world.invocation(), "billing").await;
    assert_eq!(class, "ParameterAccessDeniedError");
}

#[tokio::test]
async fn what_is_no_json_object_of_64_kib_is_told_as_such() {
    let world = world().await;
    let long = format!(r#"{{"a":"{}"}}"#, "é".repeat(32 * 1024));
    for (json, reason) in [
        ("[1]", "it is an array; only a JSON object is allowed"),
        ("null", "it is null; only a JSON object is allowed"),
        ("\"x\"", "it is a string; only a JSON object is allowed"),
        ("-1", "it is a number; only a JSON object is allowed"),
        ("true", "it is a boolean; only a JSON object is allowed"),
        (&long, "it has 65544 bytes; at most 65536 are allowed"),
        (
            "{",
            "it is not JSON (EOF while parsing an object at line 1 column 1)",
        ),
    ] {
        put(&world, "billing", json).await;
        let error = get(&world, &world.invocation(), "billing")
            .await
            .unwrap_err();
        let expected = vec!["billing".to_owned(), reason.to_owned()];
        assert_eq!(told(&error), ("ParameterInvalidJsonError", expected));
    }
}
