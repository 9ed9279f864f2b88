//! Listings, and what goes through them.

use crate::servers;
use crate::volume::ask;
use crate::volume::copy_source;
use crate::volume::get;
use crate::volume::list;
use crate::volume::open;
use crate::volume::put;
use crate::world::Engines;
use crate::world::World;
use crate::world::told;
use futures_util::StreamExt;
use futures_util::stream;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

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

/// Copies of the file `keep` under a prefix, many at a time.
async fn fill(world: &World, prefix: &str, numbers: Range<u32>) {
    let one = world.invocation();
    let one = &*one;
    let copies = numbers.map(|number| async move {
        let to = format!("{prefix}{number:04}");
        ask(world, one, VolumeCall::Copy(copy_source("keep", &to))).await
    });
    let copied: Vec<_> = stream::iter(copies).buffer_unordered(16).collect().await;
    for copy in copied {
        copy.unwrap();
    }
}

async fn deleting_by_prefix_takes_every_page_and_nothing_else(engines: Engines) {
    let world = open(engines).await;
    let one = world.invocation();
    put(&world, &one, "keep", "x").await;
    fill(&world, "tmp/", 0..2_500).await;
    put(&world, &one, "tmp", "x").await;
    put(&world, &one, "tmp.", "x").await;
    put(&world, &one, "tmp0", "x").await;
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
    assert!(errors.is_empty());
    let every: Vec<_> = (0..2_500)
        .map(|number| format!("tmp/{number:04}"))
        .collect();
    assert_eq!(deleted_keys, every);
    assert_eq!(
        list(&world, &one, "", None, 10, None).await.unwrap().files,
        ["keep", "tmp", "tmp.", "tmp0"]
    );
    assert_eq!(get(&world, &one, "keep").await.unwrap().1, b"x");
    let call = VolumeCall::Delete {
        volume: "v".into(),
        key: "gone".into(),
    };
    ask(&world, &one, call).await.unwrap();
}

async fn what_stays_is_listed_once_and_in_order_beside_writers_that_never_rest(engines: Engines) {
    let world = Arc::new(open(engines).await);
    let one = world.invocation();
    put(&world, &one, "keep", "x").await;
    fill(&world, "k/", 0..300).await;
    let done = Arc::new(AtomicBool::new(false));
    let writers = (0..4).map(|writer| {
        let (world, done) = (world.clone(), done.clone());
        tokio::spawn(async move {
            let one = world.invocation();
            let mut rounds = 0_u32;
            while !done.load(Relaxed) {
                // Beside each of those that stay, and as a folder of its own.
                let number = rounds * 7 % 300;
                for key in [
                    format!("k/{number:04}-{writer}"),
                    format!("k/{number:04}.d/{writer}"),
                ] {
                    put(&world, &one, &key, "x").await;
                    let volume = "v".to_owned();
                    let delete = VolumeCall::Delete { volume, key };
                    ask(&world, &one, delete).await.unwrap();
                }
                rounds += 1;
            }
            rounds
        })
    });
    let writers: Vec<_> = writers.collect();
    let kept: Vec<_> = (0..300).map(|number| format!("k/{number:04}")).collect();
    for (delimiter, size) in [(None, 7), (Some("/"), 11), (None, 1_000), (Some("/"), 50)] {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let mut token = None;
        loop {
            let page = list(&world, &one, "k/", delimiter, size, token).await;
            let page = page.unwrap();
            assert!(page.files.len() + page.folders.len() <= size as usize);
            files.extend(page.files);
            folders.extend(page.folders);
            token = page.token;
            if token.is_none() {
                break;
            }
        }
        assert!(files.is_sorted_by(|one, two| one < two), "{files:?}");
        assert!(folders.is_sorted_by(|one, two| one < two), "{folders:?}");
        files.retain(|key| !key.contains('-') && !key.contains(".d/"));
        assert_eq!(files, kept, "pages of {size}");
    }
    done.store(true, Relaxed);
    for writer in writers {
        assert!(writer.await.unwrap() > 0);
    }
}

servers::volumes! {
    pages_are_complete_and_in_order_while_others_write_and_delete,
    a_delimiter_folds_folders_across_pages,
    a_continuation_token_is_good_for_its_own_listing_only,
    deleting_by_prefix_takes_every_page_and_nothing_else,
    what_stays_is_listed_once_and_in_order_beside_writers_that_never_rest,
}
