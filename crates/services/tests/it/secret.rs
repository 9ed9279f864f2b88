//! `ketrics.Secret` on each engine.

use crate::servers;
use crate::world::Engines;
use crate::world::World;
use crate::world::told;
use crate::world::world_on;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ketrics_directory::GrantKind;
use ketrics_protocol::SecretCall;
use ketrics_protocol::SecretReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::EgressPolicy;
use ketrics_services::Invocation;
use std::collections::BTreeMap;

async fn ask(
    world: &World,
    invocation: &Invocation,
    call: SecretCall,
) -> Result<SecretReply, ServiceError> {
    match world.call(invocation, ServiceCall::Secret(call)).await? {
        ServiceReply::Secret(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

async fn get(world: &World, invocation: &Invocation, secret: &str) -> Result<String, ServiceError> {
    let call = SecretCall::Get {
        secret: secret.into(),
    };
    match ask(world, invocation, call).await? {
        SecretReply::Get { value } => Ok(value),
        other => panic!("{other:?}"),
    }
}

async fn exists(world: &World, invocation: &Invocation, secret: &str) -> bool {
    let call = SecretCall::Exists {
        secret: secret.into(),
    };
    matches!(
        ask(world, invocation, call).await.unwrap(),
        SecretReply::Exists { exists: true }
    )
}

fn context(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

async fn encrypt(
    world: &World,
    invocation: &Invocation,
    plaintext: &str,
    pairs: &[(&str, &str)],
) -> Result<String, ServiceError> {
    let call = SecretCall::Encrypt {
        plaintext: plaintext.into(),
        encryption_context: context(pairs),
    };
    match ask(world, invocation, call).await? {
        SecretReply::Encrypt { ciphertext } => Ok(ciphertext),
        other => panic!("{other:?}"),
    }
}

async fn decrypt(
    world: &World,
    invocation: &Invocation,
    ciphertext: &str,
    pairs: &[(&str, &str)],
) -> Result<String, ServiceError> {
    let call = SecretCall::Decrypt {
        ciphertext: ciphertext.into(),
        encryption_context: context(pairs),
    };
    match ask(world, invocation, call).await? {
        SecretReply::Decrypt { plaintext } => Ok(plaintext),
        other => panic!("{other:?}"),
    }
}

async fn a_granted_secret_is_read_and_then_redacted(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    world
        .services
        .seal_secret(world.acme.id, "api-key", "hunter2-ü")
        .await
        .unwrap();
    world.grant(GrantKind::Secret, "api-key", &[]).await;
    let one = world.invocation();
    assert_eq!(one.redact("hunter2-ü"), "hunter2-ü");
    assert_eq!(get(&world, &one, "api-key").await.unwrap(), "hunter2-ü");
    assert_eq!(one.redact("key=hunter2-ü!"), "key=[secret:api-key]!");
    assert_eq!(
        world.invocation().redact("key=hunter2-ü!"),
        "key=hunter2-ü!"
    );

    // Neither the directory nor a key file holds the value, and a restart loses nothing.
    for file in [
        "directory.sqlite",
        "directory.sqlite-wal",
        "data/keys/secret.key",
    ] {
        let Ok(bytes) = std::fs::read(world.folder.path().join(file)) else {
            continue;
        };
        assert!(
            !String::from_utf8_lossy(&bytes).contains("hunter2"),
            "{file}"
        );
    }
    let world = world.restarted().await;
    assert_eq!(get(&world, &one, "api-key").await.unwrap(), "hunter2-ü");
}

async fn nothing_tells_a_missing_secret_from_one_that_is_not_granted_but_get(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    world
        .services
        .seal_secret(world.acme.id, "api-key", "value")
        .await
        .unwrap();
    let one = world.invocation();
    assert!(!exists(&world, &one, "api-key").await);
    assert!(!exists(&world, &one, "nothing").await);
    let error = get(&world, &one, "api-key").await.unwrap_err();
    assert_eq!(
        told(&error),
        ("SecretAccessDeniedError", vec!["api-key".into()])
    );
    let error = get(&world, &one, "nothing").await.unwrap_err();
    assert_eq!(
        told(&error),
        ("SecretNotFoundError", vec!["nothing".into()])
    );
    world.grant(GrantKind::Secret, "api-key", &[]).await;
    assert!(exists(&world, &one, "api-key").await);
    let error = get(&world, &world.of_stranger(), "api-key")
        .await
        .unwrap_err();
    assert_eq!(error.class, "SecretNotFoundError");
}

async fn a_stored_secret_that_was_moved_to_another_code_or_tenant_does_not_open(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    world
        .services
        .seal_secret(world.acme.id, "one", "value")
        .await
        .unwrap();
    world.grant(GrantKind::Secret, "one", &[]).await;
    world.grant(GrantKind::Secret, "two", &[]).await;
    let sealed = match world
        .directory
        .lookup_secret(world.acme.id, world.orders.id, "one")
        .await
        .unwrap()
    {
        ketrics_directory::Lookup::Granted { resource, .. } => resource.ciphertext,
        other => panic!("{other:?}"),
    };
    world
        .directory
        .put_secret(world.acme.id, "two", &sealed)
        .await
        .unwrap();
    world
        .directory
        .put_secret(world.other.id, "one", &sealed)
        .await
        .unwrap();
    world
        .directory
        .grant(world.stranger.id, GrantKind::Secret, "one", &[])
        .await
        .unwrap();
    let error = get(&world, &world.invocation(), "two").await.unwrap_err();
    assert_eq!(error.class, "SecretDecryptionError");
    let error = get(&world, &world.of_stranger(), "one").await.unwrap_err();
    assert_eq!(error.class, "SecretDecryptionError");
    // Nor is a stored secret an application's own ciphertext.
    assert!(
        decrypt(&world, &world.invocation(), &sealed, &[])
            .await
            .is_err()
    );
}

async fn own_data_is_bound_to_tenant_application_and_context(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    let one = world.invocation();
    let pairs = [("userId", "42"), ("b", "c")];
    let ciphertext = encrypt(&world, &one, "tökén", &pairs).await.unwrap();
    assert!(ciphertext.starts_with("kms:v1:"));
    assert_ne!(
        encrypt(&world, &one, "tökén", &pairs).await.unwrap(),
        ciphertext
    );
    assert_eq!(
        decrypt(&world, &world.invocation(), &ciphertext, &pairs)
            .await
            .unwrap(),
        "tökén"
    );

    let mut damaged = ciphertext.clone();
    damaged.replace_range(30..31, if &damaged[30..31] == "A" { "B" } else { "A" });
    let (second, stranger) = (world.of_second(), world.of_stranger());
    let mut told_reasons = Vec::new();
    for (invocation, ciphertext, pairs) in [
        (&one, &ciphertext, &pairs[..1]),
        (&one, &ciphertext, &[("userId", "43"), ("b", "c")][..]),
        (&one, &damaged, &pairs[..]),
        (&second, &ciphertext, &pairs[..]),
        (&stranger, &ciphertext, &pairs[..]),
    ] {
        let error = decrypt(&world, invocation, ciphertext, pairs)
            .await
            .unwrap_err();
        assert_eq!(error.class, "SecretDecryptionError");
        told_reasons.push(told(&error).1);
    }
    // Cut off anywhere, or with something behind it.
    let text = ciphertext.strip_prefix("kms:v1:").unwrap();
    let sealed = STANDARD.decode(text).unwrap();
    let step = sealed.len() / 40 + 1;
    let mut wrong: Vec<Vec<u8>> = (0..sealed.len())
        .step_by(step)
        .map(|end| sealed[..end].to_vec())
        .collect();
    for place in (0..sealed.len()).step_by(step) {
        let mut changed = sealed.clone();
        changed[place] ^= 0x80;
        wrong.push(changed);
    }
    wrong.push([sealed.as_slice(), b"x"].concat());
    for bytes in wrong {
        let ciphertext = format!("kms:v1:{}", STANDARD.encode(bytes));
        let error = decrypt(&world, &one, &ciphertext, &pairs)
            .await
            .unwrap_err();
        assert_eq!(error.class, "SecretDecryptionError", "{ciphertext}");
        told_reasons.push(told(&error).1);
    }
    // The reason does not tell which it was.
    told_reasons.dedup();
    assert_eq!(told_reasons.len(), 1);
    for text in ["", "kms:v1:", "kms:v1:!!", "kms:v2:AAAA", "plain"] {
        let error = decrypt(&world, &one, text, &[]).await.unwrap_err();
        assert_eq!(error.class, "SecretDecryptionError", "{text}");
    }
}

async fn reserved_keys_and_long_texts_are_refused(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    let one = world.invocation();
    for key in ["tenantId", "applicationId", "purpose"] {
        let error = encrypt(&world, &one, "x", &[(key, "y")]).await.unwrap_err();
        let arguments = vec![key.to_owned(), "encrypt".to_owned()];
        assert_eq!(told(&error), ("SecretReservedContextKeyError", arguments));
        let error = decrypt(&world, &one, "x", &[(key, "y")]).await.unwrap_err();
        let arguments = vec![key.to_owned(), "decrypt".to_owned()];
        assert_eq!(told(&error), ("SecretReservedContextKeyError", arguments));
    }
    let most = "é".repeat(2_048);
    let sealed = encrypt(&world, &one, &most, &[]).await.unwrap();
    assert_eq!(decrypt(&world, &one, &sealed, &[]).await.unwrap(), most);
    let error = encrypt(&world, &one, &format!("{most}x"), &[])
        .await
        .unwrap_err();
    assert_eq!(
        told(&error),
        (
            "SecretPayloadTooLargeError",
            vec!["4097".into(), "4096".into()]
        )
    );
}

servers::secrets! {
    a_granted_secret_is_read_and_then_redacted,
    nothing_tells_a_missing_secret_from_one_that_is_not_granted_but_get,
    a_stored_secret_that_was_moved_to_another_code_or_tenant_does_not_open,
    own_data_is_bound_to_tenant_application_and_context,
    reserved_keys_and_long_texts_are_refused,
}
