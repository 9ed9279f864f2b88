//! Files: what is stored, under which keys, and what is not.

use crate::servers;
use crate::volume::ask;
use crate::volume::copy_source;
use crate::volume::get;
use crate::volume::list;
use crate::volume::open;
use crate::volume::put;
use crate::volume::put_call;
use crate::world::Engines;
use crate::world::told;
use crate::world::world_on;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::CopySource;
use ketrics_protocol::PutOptions;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_services::EgressPolicy;
use std::collections::BTreeMap;

async fn a_file_comes_back_as_it_was_stored_also_after_a_restart(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    let metadata = BTreeMap::from([("order".to_owned(), "7".to_owned())]);
    let options = PutOptions {
        metadata: Some(metadata.clone()),
        ..PutOptions::default()
    };
    let content: Vec<u8> = (0..=255).collect();
    ask(&world, &one, put_call("labels/7.pdf", &content, options))
        .await
        .unwrap();
    put(&world, &one, "empty", "").await;

    let world = world.restarted().await;
    let (info, stored) = get(&world, &one, "labels/7.pdf").await.unwrap();
    assert_eq!(stored, content);
    assert_eq!(
        (info.size, info.content_type.as_str()),
        (256.0, "application/pdf")
    );
    assert_eq!(info.metadata, Some(metadata));
    assert!(info.etag.starts_with('"') && info.etag.ends_with('"'));
    assert!(get(&world, &one, "empty").await.unwrap().1.is_empty());
    let error = get(&world, &one, "labels/8.pdf").await.unwrap_err();
    assert_eq!(
        told(&error),
        ("FileNotFoundError", vec!["v".into(), "labels/8.pdf".into()])
    );
}

async fn any_legal_key_is_as_good_as_any_other(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    let long = "x".repeat(1_024);
    let keys = [
        "a",
        "a/b",
        "a/b/c",
        "A",
        "A/b",
        "index.sqlite",
        "blobs/00/x",
        "100%",
        "a+b",
        "%2e%2e/x",
        "ü/日本語/📦.txt",
        "u\u{308}",
        "C:x",
        "con",
        "a b ",
        " a",
        ".",
        "...",
        "'; DROP--",
        &long,
    ];
    for key in keys {
        put(&world, &one, key, key).await;
    }
    for key in keys {
        assert_eq!(
            get(&world, &one, key).await.unwrap().1,
            key.as_bytes(),
            "{key}"
        );
    }
    let mut sorted = keys.map(str::to_owned);
    sorted.sort_by(|one, two| one.as_bytes().cmp(two.as_bytes()));
    assert_eq!(
        list(&world, &one, "", None, 1_000, None)
            .await
            .unwrap()
            .files,
        sorted
    );
}

async fn keys_that_lead_elsewhere_are_refused_by_every_call(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    let (volume, key) = ("v".to_owned(), "../../directory.sqlite".to_owned());
    let calls = [
        VolumeCall::Get {
            volume: volume.clone(),
            key: key.clone(),
        },
        VolumeCall::Exists {
            volume: volume.clone(),
            key: key.clone(),
        },
        VolumeCall::GetMetadata {
            volume: volume.clone(),
            key: key.clone(),
        },
        put_call(&key, b"x", PutOptions::default()),
        VolumeCall::StartUpload {
            volume: volume.clone(),
            key: key.clone(),
            options: PutOptions::default(),
        },
        VolumeCall::Delete {
            volume: volume.clone(),
            key: key.clone(),
        },
        VolumeCall::DeleteByPrefix {
            volume: volume.clone(),
            prefix: key.clone(),
        },
        VolumeCall::Copy(copy_source(&key, "a")),
        VolumeCall::Copy(copy_source("a", &key)),
        VolumeCall::Move(copy_source(&key, "a")),
        VolumeCall::GenerateDownloadUrl {
            volume: volume.clone(),
            key: key.clone(),
            expires_in: None,
            response_content_type: None,
            response_content_disposition: None,
        },
        VolumeCall::GenerateUploadUrl {
            volume,
            key,
            expires_in: None,
            content_type: None,
            max_size: None,
        },
    ];
    for call in calls {
        let name = format!("{call:?}");
        assert_eq!(
            ask(&world, &one, call).await.unwrap_err().class,
            "InvalidPathError",
            "{name}"
        );
    }
}

async fn a_file_that_the_volume_does_not_take_is_not_stored(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    let spec = VolumeSpec {
        name: String::new(),
        max_object_bytes: Some(10),
        allowed_content_types: vec!["image/*".into(), "text/csv".into()],
    };
    world.volume("v", &["*"], spec).await;
    let one = world.invocation();
    let error = ask(
        &world,
        &one,
        put_call("a.csv", b"12345678901", PutOptions::default()),
    )
    .await
    .unwrap_err();
    let arguments = vec!["v".into(), "a.csv".into(), "11".into(), "10".into()];
    assert_eq!(told(&error), ("FileSizeLimitError", arguments));
    let error = ask(&world, &one, put_call("a.txt", b"1", PutOptions::default()))
        .await
        .unwrap_err();
    let arguments = vec![
        "v".into(),
        "a.txt".into(),
        "text/plain".into(),
        "image/*|text/csv".into(),
    ];
    assert_eq!(told(&error), ("ContentTypeNotAllowedError", arguments));
    put(&world, &one, "a.png", "1234567890").await;

    // In parts, the breach comes later and leaves nothing either.
    let options = PutOptions {
        content_type: Some("text/csv".into()),
        ..PutOptions::default()
    };
    let call = VolumeCall::StartUpload {
        volume: "v".into(),
        key: "b".into(),
        options,
    };
    let VolumeReply::StartUpload { upload } = ask(&world, &one, call).await.unwrap() else {
        panic!()
    };
    let part = || VolumeCall::WriteUpload {
        upload,
        content: vec![0; 6],
    };
    ask(&world, &one, part()).await.unwrap();
    assert_eq!(
        ask(&world, &one, part()).await.unwrap_err().class,
        "FileSizeLimitError"
    );
    let finish = VolumeCall::FinishUpload { upload };
    assert_eq!(ask(&world, &one, finish).await.unwrap_err().class, "Error");
    assert_eq!(
        list(&world, &one, "", None, 10, None).await.unwrap().files,
        ["a.png"]
    );
}

async fn an_upload_is_seen_when_it_is_finished_and_never_when_the_invocation_ends_before(
    engines: Engines,
) {
    let world = open(engines).await;
    let (one, two) = (world.invocation(), world.invocation());
    let start = |key: &str| VolumeCall::StartUpload {
        volume: "v".into(),
        key: key.into(),
        options: PutOptions::default(),
    };
    let mut uploads = Vec::new();
    for (invocation, key) in [(&one, "done"), (&two, "left"), (&one, "aborted")] {
        let VolumeReply::StartUpload { upload } =
            ask(&world, invocation, start(key)).await.unwrap()
        else {
            panic!()
        };
        for part in ["one ", "two"] {
            let call = VolumeCall::WriteUpload {
                upload,
                content: part.into(),
            };
            ask(&world, invocation, call).await.unwrap();
        }
        uploads.push(upload);
    }
    assert!(
        list(&world, &one, "", None, 10, None)
            .await
            .unwrap()
            .files
            .is_empty()
    );
    ask(
        &world,
        &one,
        VolumeCall::FinishUpload { upload: uploads[0] },
    )
    .await
    .unwrap();
    ask(&world, &one, VolumeCall::AbortUpload { upload: uploads[2] })
        .await
        .unwrap();
    world.services.close(&two).await;
    world.services.close(&two).await;
    assert!(
        ask(
            &world,
            &two,
            VolumeCall::FinishUpload { upload: uploads[1] }
        )
        .await
        .is_err()
    );
    assert_eq!(
        list(&world, &one, "", None, 10, None).await.unwrap().files,
        ["done"]
    );
    assert_eq!(get(&world, &one, "done").await.unwrap().1, b"one two");
    // Another invocation's numbers mean nothing here.
    let call = VolumeCall::WriteUpload {
        upload: uploads[0],
        content: vec![1],
    };
    assert!(ask(&world, &world.invocation(), call).await.is_err());
    // Nor is there anything half-way left in the folder, where there is one.
    let volumes = world.folder.path().join("data/volumes");
    let Ok(mut of_tenant) = std::fs::read_dir(volumes.join(world.acme.id.to_string())) else {
        return;
    };
    let incoming = of_tenant.next().unwrap().unwrap().path().join("incoming");
    assert_eq!(std::fs::read_dir(incoming).unwrap().count(), 0);
}

async fn copies_and_moves_keep_what_they_are_told_to(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    let metadata = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
    let options = PutOptions {
        metadata: Some(metadata.clone()),
        ..PutOptions::default()
    };
    ask(&world, &one, put_call("a.txt", b"content", options))
        .await
        .unwrap();
    ask(&world, &one, VolumeCall::Copy(copy_source("a.txt", "b")))
        .await
        .unwrap();
    let (info, content) = get(&world, &one, "b").await.unwrap();
    assert_eq!(
        (content.as_slice(), info.content_type.as_str()),
        (&b"content"[..], "text/plain")
    );
    assert_eq!(info.metadata, Some(metadata));

    let other = BTreeMap::from([("b".to_owned(), "2".to_owned())]);
    let call = CopySource {
        metadata: Some(other.clone()),
        ..copy_source("a.txt", "c")
    };
    ask(&world, &one, VolumeCall::Copy(call)).await.unwrap();
    assert_eq!(
        get(&world, &one, "c").await.unwrap().0.metadata,
        Some(other)
    );

    for call in [VolumeCall::Copy, VolumeCall::Move] {
        let source = CopySource {
            if_not_exists: true,
            ..copy_source("a.txt", "b")
        };
        let error = ask(&world, &one, call(source)).await.unwrap_err();
        assert_eq!(
            told(&error),
            ("FileAlreadyExistsError", vec!["v".into(), "b".into()])
        );
        let error = ask(&world, &one, call(copy_source("none", "d")))
            .await
            .unwrap_err();
        assert_eq!(
            told(&error),
            ("FileNotFoundError", vec!["v".into(), "none".into()])
        );
    }
    ask(&world, &one, VolumeCall::Move(copy_source("a.txt", "d")))
        .await
        .unwrap();
    assert_eq!(get(&world, &one, "d").await.unwrap().1, b"content");
    assert_eq!(
        get(&world, &one, "a.txt").await.unwrap_err().class,
        "FileNotFoundError"
    );
    ask(&world, &one, VolumeCall::Move(copy_source("d", "d")))
        .await
        .unwrap();
    assert_eq!(get(&world, &one, "d").await.unwrap().1, b"content");
}

servers::volumes! {
    a_file_comes_back_as_it_was_stored_also_after_a_restart,
    any_legal_key_is_as_good_as_any_other,
    keys_that_lead_elsewhere_are_refused_by_every_call,
    a_file_that_the_volume_does_not_take_is_not_stored,
    an_upload_is_seen_when_it_is_finished_and_never_when_the_invocation_ends_before,
    copies_and_moves_keep_what_they_are_told_to,
}
