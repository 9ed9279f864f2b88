//! Who may do what: a grant, a permission and a volume that is not there are different things.

use crate::servers;
use crate::volume::ask;
use crate::volume::copy_source;
use crate::volume::get;
use crate::volume::open;
use crate::volume::put;
use crate::volume::put_call;
use crate::world::Engines;
use crate::world::told;
use ketrics_directory::GrantKind;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::CopySource;
use ketrics_protocol::PutOptions;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;

const GET: &[&str] = &["GetObject", "ReadObject"];
const PUT: &[&str] = &["PutObject"];
const DELETE: &[&str] = &["DeleteObject"];
const LIST: &[&str] = &["ListObjects"];
const EVERY: [&str; 7] = [
    "GetObject",
    "ReadObject",
    "PutObject",
    "CreateObject",
    "UpdateObject",
    "DeleteObject",
    "ListObjects",
];

/// Every method on one file: what it is called in an error, and what it needs, in the spelling of
/// the error first. A copy needs two things, of which reading is missed first.
fn methods(key: &str) -> Vec<(VolumeCall, &'static str, &'static [&'static str])> {
    let (volume, key) = (|| "v".to_owned(), || key.to_owned());
    let to = CopySource {
        if_not_exists: true,
        ..copy_source(&key(), "to")
    };
    vec![
        (
            VolumeCall::Get {
                volume: volume(),
                key: key(),
            },
            "get",
            GET,
        ),
        (
            VolumeCall::Exists {
                volume: volume(),
                key: key(),
            },
            "exists",
            GET,
        ),
        (
            VolumeCall::GetMetadata {
                volume: volume(),
                key: key(),
            },
            "getMetadata",
            GET,
        ),
        (
            VolumeCall::GenerateDownloadUrl {
                volume: volume(),
                key: key(),
                expires_in: None,
                response_content_type: None,
                response_content_disposition: None,
            },
            "generateDownloadUrl",
            GET,
        ),
        (VolumeCall::Copy(to.clone()), "copy", GET),
        (VolumeCall::Move(to), "move", GET),
        (put_call(&key(), b"x", PutOptions::default()), "put", PUT),
        (
            VolumeCall::StartUpload {
                volume: volume(),
                key: key(),
                options: PutOptions::default(),
            },
            "put",
            PUT,
        ),
        (
            VolumeCall::GenerateUploadUrl {
                volume: volume(),
                key: key(),
                expires_in: None,
                content_type: None,
                max_size: None,
            },
            "generateUploadUrl",
            PUT,
        ),
        (
            VolumeCall::Delete {
                volume: volume(),
                key: key(),
            },
            "delete",
            DELETE,
        ),
        (
            VolumeCall::DeleteByPrefix {
                volume: volume(),
                prefix: key(),
            },
            "deleteByPrefix",
            DELETE,
        ),
        (
            VolumeCall::List {
                volume: volume(),
                prefix: None,
                max_results: None,
                continuation_token: None,
                delimiter: None,
            },
            "list",
            LIST,
        ),
    ]
}

async fn no_grant_no_permission_and_no_volume_are_told_apart_by_every_method(engines: Engines) {
    let world = open(engines).await;
    put(&world, &world.invocation(), "a", "kept").await;
    for (call, operation, needs) in methods("a") {
        // The volume is there, and this application was not granted it.
        let error = ask(&world, &world.of_second(), call.clone())
            .await
            .unwrap_err();
        assert_eq!(
            told(&error),
            ("VolumeAccessDeniedError", vec!["v".into()]),
            "{operation}"
        );
        // To another tenant it is as if it were not there.
        let error = ask(&world, &world.of_stranger(), call.clone())
            .await
            .unwrap_err();
        assert_eq!(
            told(&error),
            ("VolumeNotFoundError", vec!["v".into()]),
            "{operation}"
        );
        // Every permission but the one that it needs.
        let others: Vec<&str> = EVERY
            .into_iter()
            .filter(|name| !needs.contains(name))
            .filter(|name| needs != PUT || !["CreateObject", "UpdateObject"].contains(name))
            .collect();
        world.volume("v", &others, VolumeSpec::default()).await;
        let error = ask(&world, &world.invocation(), call.clone())
            .await
            .unwrap_err();
        let arguments = vec!["v".into(), needs[0].into(), operation.into()];
        assert_eq!(
            told(&error),
            ("VolumePermissionDeniedError", arguments),
            "{operation}"
        );
        // And exactly that one, in each of its names.
        for need in needs {
            let granted = match operation {
                "copy" | "move" => vec![*need, "PutObject"],
                _ => vec![*need],
            };
            world.volume("v", &granted, VolumeSpec::default()).await;
            ask(&world, &world.invocation(), call.clone())
                .await
                .unwrap();
            // Put back what the call has moved, replaced or deleted.
            world.volume("v", &["*"], VolumeSpec::default()).await;
            put(&world, &world.invocation(), "a", "kept").await;
            let delete = VolumeCall::Delete {
                volume: "v".into(),
                key: "to".into(),
            };
            ask(&world, &world.invocation(), delete).await.unwrap();
        }
        world.volume("v", &["*"], VolumeSpec::default()).await;
    }
    for (copying, operation) in [
        (VolumeCall::Copy(copy_source("a", "b")), "copy"),
        (VolumeCall::Move(copy_source("a", "b")), "move"),
    ] {
        world
            .volume("v", &["GetObject"], VolumeSpec::default())
            .await;
        let error = ask(&world, &world.invocation(), copying).await.unwrap_err();
        let arguments = vec!["v".into(), "PutObject".into(), operation.into()];
        assert_eq!(told(&error), ("VolumePermissionDeniedError", arguments));
    }
    world
        .directory
        .revoke(world.orders.id, GrantKind::Volume, "v")
        .await
        .unwrap();
    let connect = VolumeCall::Connect { volume: "v".into() };
    let error = ask(&world, &world.invocation(), connect).await.unwrap_err();
    assert_eq!(error.class, "VolumeAccessDeniedError");
}

async fn the_older_permissions_tell_creating_from_replacing(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    put(&world, &one, "old", "kept").await;
    let write = async |key: &str, if_not_exists: bool| {
        let options = PutOptions {
            if_not_exists,
            ..PutOptions::default()
        };
        let written = ask(&world, &one, put_call(key, b"written", options)).await;
        written.map(|_| ()).map_err(|error| error.class)
    };
    let denied = || Err("VolumePermissionDeniedError".to_owned());
    world
        .volume("v", &["CreateObject", "ReadObject"], VolumeSpec::default())
        .await;
    assert_eq!(write("old", false).await, denied());
    assert_eq!(
        write("old", true).await,
        Err("FileAlreadyExistsError".to_owned())
    );
    assert_eq!(write("new", false).await, Ok(()));
    let copied = ask(&world, &one, VolumeCall::Copy(copy_source("new", "old"))).await;
    assert_eq!(copied.unwrap_err().class, "VolumePermissionDeniedError");
    world
        .volume("v", &["UpdateObject", "ReadObject"], VolumeSpec::default())
        .await;
    assert_eq!(write("newer", false).await, denied());
    assert_eq!(write("newer", true).await, denied());
    assert_eq!(get(&world, &one, "old").await.unwrap().1, b"kept");
    assert_eq!(write("old", false).await, Ok(()));
    assert_eq!(get(&world, &one, "old").await.unwrap().1, b"written");
    // What the application reads as `volume.permissions`.
    let connect = VolumeCall::Connect { volume: "v".into() };
    let VolumeReply::Connect { permissions } = ask(&world, &one, connect).await.unwrap() else {
        panic!()
    };
    assert_eq!(permissions, ["ReadObject", "UpdateObject"]);
}

async fn one_code_in_two_tenants_is_two_volumes(engines: Engines) {
    let world = open(engines).await;
    let (one, theirs) = (world.invocation(), world.of_stranger());
    world
        .directory
        .put_volume(world.other.id, "v", &VolumeSpec::default())
        .await
        .unwrap();
    let all = ["*".to_owned()];
    world
        .directory
        .grant(world.stranger.id, GrantKind::Volume, "v", &all)
        .await
        .unwrap();
    put(&world, &one, "a", "acme's").await;
    for (call, operation, _) in methods("a") {
        let reply = ask(&world, &theirs, call).await;
        match operation {
            "get" | "getMetadata" | "copy" | "move" => {
                assert_eq!(reply.unwrap_err().class, "FileNotFoundError", "{operation}");
            }
            "exists" => assert!(matches!(reply, Ok(VolumeReply::Exists { exists: false }))),
            "list" => {
                assert!(matches!(reply, Ok(VolumeReply::List { files, .. }) if files.is_empty()))
            }
            _ => assert!(reply.is_ok(), "{operation}: {reply:?}"),
        }
        assert_eq!(
            get(&world, &one, "a").await.unwrap().1,
            b"acme's",
            "{operation}"
        );
    }
}

servers::volumes! {
    no_grant_no_permission_and_no_volume_are_told_apart_by_every_method,
    the_older_permissions_tell_creating_from_replacing,
    one_code_in_two_tenants_is_two_volumes,
}
