//! `ketrics.Volume` on each engine.

use crate::servers;
use crate::world::Engines;
use crate::world::World;
use crate::world::told;
use crate::world::world_on;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::CopySource;
use ketrics_protocol::ObjectInfo;
use ketrics_protocol::PutOptions;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_services::EgressPolicy;
use ketrics_services::Invocation;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

async fn ask(
    world: &World,
    invocation: &Invocation,
    call: VolumeCall,
) -> Result<VolumeReply, ServiceError> {
    match world.call(invocation, ServiceCall::Volume(call)).await? {
        ServiceReply::Volume(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

fn put_call(key: &str, content: &[u8], options: PutOptions) -> VolumeCall {
    VolumeCall::Put {
        volume: "v".into(),
        key: key.into(),
        content: content.into(),
        options,
    }
}

async fn put(world: &World, invocation: &Invocation, key: &str, content: &str) {
    ask(
        world,
        invocation,
        put_call(key, content.as_bytes(), PutOptions::default()),
    )
    .await
    .unwrap();
}

async fn get(
    world: &World,
    invocation: &Invocation,
    key: &str,
) -> Result<(ObjectInfo, Vec<u8>), ServiceError> {
    let call = VolumeCall::Get {
        volume: "v".into(),
        key: key.into(),
    };
    match ask(world, invocation, call).await? {
        VolumeReply::Get { info, content } => Ok((info, content)),
        other => panic!("{other:?}"),
    }
}

struct Page {
    files: Vec<String>,
    folders: Vec<String>,
    token: Option<String>,
}

async fn list(
    world: &World,
    invocation: &Invocation,
    prefix: &str,
    delimiter: Option<&str>,
    most: u32,
    token: Option<String>,
) -> Result<Page, ServiceError> {
    let call = VolumeCall::List {
        volume: "v".into(),
        prefix: Some(prefix.into()),
        max_results: Some(most),
        continuation_token: token,
        delimiter: delimiter.map(str::to_owned),
    };
    match ask(world, invocation, call).await? {
        VolumeReply::List {
            files,
            folders,
            continuation_token,
        } => Ok(Page {
            files: files.into_iter().map(|file| file.key).collect(),
            folders,
            token: continuation_token,
        }),
        other => panic!("{other:?}"),
    }
}

fn copy_source(from: &str, to: &str) -> CopySource {
    CopySource {
        volume: "v".into(),
        source_key: from.into(),
        destination_key: to.into(),
        if_not_exists: false,
        metadata: None,
    }
}

async fn open(engines: Engines) -> World {
    let world = world_on(engines, EgressPolicy::default()).await;
    world.volume("v", &["*"], VolumeSpec::default()).await;
    world
}

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

async fn other_applications_and_other_tenants_get_nowhere(engines: Engines) {
    let world = open(engines).await;
    put(&world, &world.invocation(), "a", "x").await;
    let calls = || {
        [
            VolumeCall::Connect { volume: "v".into() },
            VolumeCall::Get {
                volume: "v".into(),
                key: "a".into(),
            },
            put_call("a", b"y", PutOptions::default()),
            VolumeCall::Delete {
                volume: "v".into(),
                key: "a".into(),
            },
        ]
    };
    for call in calls() {
        let error = ask(&world, &world.of_second(), call).await.unwrap_err();
        assert_eq!(told(&error), ("VolumeAccessDeniedError", vec!["v".into()]));
    }
    for call in calls() {
        let error = ask(&world, &world.of_stranger(), call).await.unwrap_err();
        assert_eq!(told(&error), ("VolumeNotFoundError", vec!["v".into()]));
    }
    assert_eq!(get(&world, &world.invocation(), "a").await.unwrap().1, b"x");
}

async fn each_call_needs_its_permission(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    put(&world, &one, "a", "x").await;
    world
        .volume("v", &["ListObjects"], VolumeSpec::default())
        .await;
    let refused = |permission: &str, operation: &str| {
        (
            "VolumePermissionDeniedError",
            vec!["v".into(), permission.into(), operation.into()],
        )
    };
    let error = get(&world, &one, "a").await.unwrap_err();
    assert_eq!(told(&error), refused("GetObject", "get"));
    let error = ask(&world, &one, put_call("b", b"x", PutOptions::default()))
        .await
        .unwrap_err();
    assert_eq!(told(&error), refused("PutObject", "put"));
    let call = VolumeCall::Delete {
        volume: "v".into(),
        key: "a".into(),
    };
    assert_eq!(
        told(&ask(&world, &one, call).await.unwrap_err()),
        refused("DeleteObject", "delete")
    );
    assert_eq!(
        list(&world, &one, "", None, 10, None).await.unwrap().files,
        ["a"]
    );

    // Copying takes reading and writing.
    for permission in ["GetObject", "PutObject"] {
        world
            .volume("v", &[permission], VolumeSpec::default())
            .await;
        let error = ask(&world, &one, VolumeCall::Copy(copy_source("a", "b")))
            .await
            .unwrap_err();
        assert_eq!(error.class, "VolumePermissionDeniedError", "{permission}");
    }
    world
        .volume("v", &["GetObject", "PutObject"], VolumeSpec::default())
        .await;
    ask(&world, &one, VolumeCall::Copy(copy_source("a", "b")))
        .await
        .unwrap();
    let error = list(&world, &one, "", None, 10, None).await.err().unwrap();
    assert_eq!(told(&error), refused("ListObjects", "list"));

    // The older permissions tell creating from replacing.
    world
        .volume("v", &["CreateObject"], VolumeSpec::default())
        .await;
    put(&world, &one, "new", "x").await;
    let error = ask(&world, &one, put_call("new", b"y", PutOptions::default()))
        .await
        .unwrap_err();
    assert_eq!(error.class, "VolumePermissionDeniedError");
}

/// The ways in which a file comes to be.
#[derive(Clone, Copy, Debug)]
enum Way {
    Put,
    SmallUpload,
    LargeUpload,
    Copy,
    Move,
}

/// Bytes of a part of a large upload: two are more than any engine takes at once.
const LARGE: usize = 5 * 1024 * 1024;

/// The number in front of every content says whose it is.
fn content(way: Way, number: usize) -> Vec<u8> {
    let mut content = format!("writer {number:02}").into_bytes();
    if matches!(way, Way::LargeUpload) {
        content.resize(2 * LARGE, b'.');
    }
    content
}

async fn write_where_nothing_is(
    world: &World,
    way: Way,
    number: usize,
    key: &str,
) -> Result<(), ServiceError> {
    let one = world.invocation();
    let options = PutOptions {
        if_not_exists: true,
        ..PutOptions::default()
    };
    let content = content(way, number);
    let source = CopySource {
        if_not_exists: true,
        ..copy_source(&format!("{key} from {number}"), key)
    };
    let call = match way {
        Way::Put => put_call(key, &content, options),
        Way::Copy => VolumeCall::Copy(source),
        Way::Move => VolumeCall::Move(source),
        Way::SmallUpload | Way::LargeUpload => {
            let call = VolumeCall::StartUpload {
                volume: "v".into(),
                key: key.into(),
                options,
            };
            let VolumeReply::StartUpload { upload } = ask(world, &one, call).await? else {
                panic!()
            };
            for part in content.chunks(LARGE) {
                let content = part.to_vec();
                ask(world, &one, VolumeCall::WriteUpload { upload, content }).await?;
            }
            VolumeCall::FinishUpload { upload }
        }
    };
    ask(world, &one, call).await.map(|_| ())
}

async fn of_sixteen_writers_that_expect_nothing_exactly_one_wins(engines: Engines) {
    const MIXED: [Way; 4] = [Way::Put, Way::LargeUpload, Way::Copy, Way::Move];
    let world = std::sync::Arc::new(open(engines).await);
    let rounds = [
        [Way::Put; 4],
        [Way::SmallUpload; 4],
        [Way::LargeUpload; 4],
        [Way::Copy; 4],
        [Way::Move; 4],
        MIXED,
        MIXED,
    ];
    for (round, ways) in rounds.into_iter().enumerate() {
        let key = format!("race {round}");
        let mut writers = Vec::new();
        for number in 0..16 {
            let way = ways[number % ways.len()];
            if matches!(way, Way::Copy | Way::Move) {
                let source = format!("{key} from {number}");
                put(
                    &world,
                    &world.invocation(),
                    &source,
                    &format!("writer {number:02}"),
                )
                .await;
            }
            writers.push((number, way));
        }
        let writers = writers.into_iter().map(|(number, way)| {
            let (world, key) = (world.clone(), key.clone());
            tokio::spawn(async move {
                let written = write_where_nothing_is(&world, way, number, &key).await;
                (number, way, written)
            })
        });
        let mut winners = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            let (number, way, written) = writer.await.unwrap();
            let source = format!("{key} from {number}");
            let source = get(&world, &world.invocation(), &source).await;
            match written {
                Ok(()) => {
                    winners.push(content(way, number));
                    // What was moved is nowhere else.
                    assert_eq!(source.is_ok(), matches!(way, Way::Copy), "{way:?}");
                }
                Err(error) => {
                    assert_eq!(error.class, "FileAlreadyExistsError", "{error:?}");
                    let kept = matches!(way, Way::Copy | Way::Move);
                    assert_eq!(source.is_ok(), kept, "{way:?}");
                }
            }
        }
        assert_eq!(winners.len(), 1, "{ways:?}");
        let (info, stored) = get(&world, &world.invocation(), &key).await.unwrap();
        assert!(stored == winners[0], "{ways:?}: {:?}", &stored[..9]);
        assert_eq!(info.size, winners[0].len() as f64);
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

async fn pages_are_complete_and_in_order_while_others_write_and_delete(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    let kept: BTreeSet<String> = (0..25).map(|number| format!("k/{number:02}")).collect();
    for key in &kept {
        put(&world, &one, key, "x").await;
    }
    put(&world, &one, "l", "x").await;
    let mut seen = Vec::new();
    let mut token = None;
    loop {
        let page = list(&world, &one, "k/", None, 7, token).await.unwrap();
        // Behind and in front of what was listed, and exactly where the page ended.
        let last = page.files.last().unwrap().clone();
        put(&world, &one, &format!("k/{}-new", seen.len()), "x").await;
        ask(
            &world,
            &one,
            VolumeCall::Delete {
                volume: "v".into(),
                key: last,
            },
        )
        .await
        .unwrap();
        seen.extend(page.files);
        token = page.token;
        if token.is_none() {
            break;
        }
    }
    assert!(seen.is_sorted_by(|one, two| one < two), "{seen:?}");
    let seen: BTreeSet<String> = seen
        .into_iter()
        .filter(|key| !key.ends_with("-new"))
        .collect();
    assert_eq!(seen, kept);
}

async fn a_delimiter_folds_folders_across_pages(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    for key in ["a/1", "a/2", "a/3/x", "b", "c/1", "c/2", "ca", "d/1"] {
        put(&world, &one, key, "x").await;
    }
    let all = list(&world, &one, "", Some("/"), 1_000, None)
        .await
        .unwrap();
    assert_eq!(all.files, ["b", "ca"]);
    assert_eq!(all.folders, ["a/", "c/", "d/"]);
    assert_eq!(all.token, None);
    let inner = list(&world, &one, "a/", Some("/"), 1_000, None)
        .await
        .unwrap();
    assert_eq!(
        (inner.files, inner.folders),
        (vec!["a/1".into(), "a/2".into()], vec!["a/3/".into()])
    );

    let (mut files, mut folders, mut token, mut pages) = (vec![], vec![], None, 0);
    loop {
        let page = list(&world, &one, "", Some("/"), 2, token).await.unwrap();
        assert!(page.files.len() + page.folders.len() <= 2);
        files.extend(page.files);
        folders.extend(page.folders);
        pages += 1;
        token = page.token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!((files, folders, pages), (all.files, all.folders, 3));
}

async fn a_continuation_token_is_good_for_its_own_listing_only(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    for key in ["a/1", "a/2", "b/1"] {
        put(&world, &one, key, "x").await;
    }
    let token = list(&world, &one, "a/", None, 1, None)
        .await
        .unwrap()
        .token
        .unwrap();
    let mut tampered = token.clone().into_bytes();
    tampered[5] ^= 1;
    let tampered = String::from_utf8(tampered).unwrap();
    for (prefix, delimiter, token) in [
        ("b/", None, token.clone()),
        ("a/", Some("/"), token.clone()),
        ("a/", None, tampered),
        ("a/", None, "x".to_owned()),
    ] {
        let error = list(&world, &one, prefix, delimiter, 1, Some(token))
            .await
            .err()
            .unwrap();
        assert!(told(&error).1[0].contains("continuationToken"), "{error:?}");
    }
    assert_eq!(
        list(&world, &one, "a/", None, 1, Some(token))
            .await
            .unwrap()
            .files,
        ["a/2"]
    );
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

async fn deleting_by_prefix_takes_every_page_and_nothing_else(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    put(&world, &one, "keep", "x").await;
    for number in 0..1_050 {
        let to = format!("tmp/{number:04}");
        ask(&world, &one, VolumeCall::Copy(copy_source("keep", &to)))
            .await
            .unwrap();
    }
    put(&world, &one, "tmp", "x").await;
    let call = |prefix: &str| VolumeCall::DeleteByPrefix {
        volume: "v".into(),
        prefix: prefix.into(),
    };
    assert_eq!(
        ask(&world, &one, call("")).await.unwrap_err().class,
        "InvalidPathError"
    );
    let VolumeReply::DeleteByPrefix {
        deleted_keys,
        errors,
    } = ask(&world, &one, call("tmp/")).await.unwrap()
    else {
        panic!()
    };
    assert_eq!((deleted_keys.len(), errors.len()), (1_050, 0));
    assert_eq!(
        list(&world, &one, "", None, 10, None).await.unwrap().files,
        ["keep", "tmp"]
    );
    assert_eq!(get(&world, &one, "keep").await.unwrap().1, b"x");
    let call = VolumeCall::Delete {
        volume: "v".into(),
        key: "gone".into(),
    };
    ask(&world, &one, call).await.unwrap();
}

servers::volumes! {
    a_file_comes_back_as_it_was_stored_also_after_a_restart,
    any_legal_key_is_as_good_as_any_other,
    keys_that_lead_elsewhere_are_refused_by_every_call,
    other_applications_and_other_tenants_get_nowhere,
    each_call_needs_its_permission,
    of_sixteen_writers_that_expect_nothing_exactly_one_wins,
    a_file_that_the_volume_does_not_take_is_not_stored,
    an_upload_is_seen_when_it_is_finished_and_never_when_the_invocation_ends_before,
    pages_are_complete_and_in_order_while_others_write_and_delete,
    a_delimiter_folds_folders_across_pages,
    a_continuation_token_is_good_for_its_own_listing_only,
    copies_and_moves_keep_what_they_are_told_to,
    deleting_by_prefix_takes_every_page_and_nothing_else,
}
