//! Order, pages and cursors.

use crate::documentdb::Docs;
use crate::documentdb::after;
use crate::documentdb::backward;
use crate::documentdb::delete;
use crate::documentdb::field;
use crate::documentdb::in_another;
use crate::documentdb::limit;
use crate::documentdb::list;
use crate::documentdb::prefix;
use crate::documentdb::query;
use crate::world::World;
use ketrics_directory::GrantKind;
use ketrics_protocol::PageOptions;

async fn sort_keys_are_in_the_order_of_their_bytes(docs: Docs) {
    // UTF-16 would order the last two the other way round, a locale most of them.
    let sorted = [
        "\0", " ", "#", "A", "B", "Z", "_", "a", "a\0", "a#1", "a#10", "a#2", "aa", "b", "ä", "é",
        "日本", "\u{FFFD}", "😀",
    ];
    for (number, sk) in sorted.iter().enumerate().rev() {
        docs.put("P", sk, &format!("{{\"n\":{number}}}"))
            .await
            .unwrap();
        docs.put_indexed(
            "I",
            &number.to_string(),
            &format!("{{\"n\":{number}}}"),
            ("P", sk),
        )
        .await;
    }
    let expected: Vec<String> = (0..sorted.len())
        .map(|n| format!("{{\"n\":{n}}}"))
        .collect();
    let reversed: Vec<String> = expected.iter().rev().cloned().collect();
    for size in [100, 4, 1] {
        for call in [list, query] {
            let call = |options| call("P", options);
            assert_eq!(docs.walk(call, limit(size)).await, expected);
            assert_eq!(docs.walk(call, backward(limit(size))).await, reversed);
        }
    }
    for start in ["a", "a#1", "ä", "\u{FFFD}", "😀", "日", "", "nothing"] {
        let mut wanted: Vec<String> = sorted
            .iter()
            .zip(&expected)
            .filter(|(sk, _)| sk.starts_with(start))
            .map(|(_, item)| item.clone())
            .collect();
        for options in [prefix(start), backward(prefix(start))] {
            for size in [100, 2] {
                let options = PageOptions {
                    limit: Some(size),
                    ..options.clone()
                };
                assert_eq!(
                    docs.walk(|o| list("P", o), options.clone()).await,
                    wanted,
                    "{start}"
                );
                assert_eq!(
                    docs.walk(|o| query("P", o), options).await,
                    wanted,
                    "{start}"
                );
            }
            wanted.reverse();
        }
    }
}

async fn a_page_has_a_hundred_documents_unless_it_is_told_and_at_most_a_thousand(docs: Docs) {
    docs.fill("P", 1_003).await;
    let (items, cursor) = docs.list("P", PageOptions::default()).await.unwrap();
    assert_eq!((items.len(), cursor.is_some()), (100, true));
    let (items, cursor) = docs.list("P", limit(1_000_000)).await.unwrap();
    assert_eq!(items.len(), 1_000);
    let next = after(PageOptions::default(), &cursor.unwrap());
    let (items, cursor) = docs.list("P", next).await.unwrap();
    assert_eq!(items, [r#"{"n":1000}"#, r#"{"n":1001}"#, r#"{"n":1002}"#]);
    assert_eq!(cursor, None);
    // A page that happens to end with the last document is the last page.
    let last = PageOptions {
        limit: Some(3),
        ..prefix("0100")
    };
    let (items, cursor) = docs.list("P", last).await.unwrap();
    assert_eq!((items.len(), cursor), (3, None));
    assert_eq!(field(&docs.list("P", limit(0)).await.unwrap_err()), "limit");
}

async fn pages_stay_right_while_others_write(docs: Docs) {
    docs.fill("P", 10).await;
    let (items, cursor) = docs.list("P", limit(4)).await.unwrap();
    assert_eq!(items.len(), 4);
    let cursor = cursor.unwrap();
    // The document that the page ended with goes, others come on either side.
    docs.ask(delete("P", "00003")).await.unwrap();
    docs.put("P", "00001a", r#"{"n":"before"}"#).await.unwrap();
    docs.put("P", "00003a", r#"{"n":"behind"}"#).await.unwrap();
    docs.ask(delete("P", "00005")).await.unwrap();
    let (items, _) = docs.list("P", after(limit(4), &cursor)).await.unwrap();
    let expected = [
        r#"{"n":"behind"}"#,
        r#"{"n":4}"#,
        r#"{"n":6}"#,
        r#"{"n":7}"#,
    ];
    assert_eq!(items, expected);
    // And the same cursor goes back the way it came.
    let (items, _) = docs
        .list("P", backward(after(limit(2), &cursor)))
        .await
        .unwrap();
    assert_eq!(items, [r#"{"n":2}"#, r#"{"n":"before"}"#]);
}

async fn a_cursor_is_worth_something_only_where_it_was_made(docs: Docs) {
    for pk in ["P", "Q"] {
        docs.fill(pk, 3).await;
        docs.put_indexed("I", pk, "{}", (pk, "0")).await;
        docs.put_indexed("J", pk, "{}", (pk, "1")).await;
    }
    docs.database("second", &["*"]).await;
    let World {
        directory,
        other,
        stranger,
        ..
    } = &docs.world;
    directory
        .put_document_database(other.id, "docs", "docs")
        .await
        .unwrap();
    let all = ["*".to_owned()];
    directory
        .grant(stranger.id, GrantKind::DocumentDb, "docs", &all)
        .await
        .unwrap();

    let listed = docs.list("P", limit(1)).await.unwrap().1.unwrap();
    let queried = docs.query("P", limit(1)).await.unwrap().1.unwrap();
    assert!(docs.list("P", after(limit(1), &listed)).await.is_ok());
    assert!(docs.query("P", after(limit(1), &queried)).await.is_ok());

    let refused = [
        list("Q", after(limit(1), &listed)),
        query("P", after(limit(1), &listed)),
        query("Q", after(limit(1), &queried)),
        list("P", after(limit(1), &queried)),
        list("P", after(prefix("0"), &listed)),
        in_another(list("P", after(limit(1), &listed)), "second"),
        list("P", after(limit(1), "")),
        list("P", after(limit(1), "AAAA")),
        list("P", after(limit(1), &"A".repeat(100_000))),
    ];
    for call in refused {
        let error = docs.ask(call.clone()).await.unwrap_err();
        assert_eq!(field(&error), "cursor", "{call:?}");
    }
    let mine = docs.world.of_stranger();
    let theirs = list("P", after(limit(1), &listed));
    assert_eq!(
        field(&docs.ask_as(&mine, theirs).await.unwrap_err()),
        "cursor"
    );
    for place in 0..listed.len() {
        let mut forged = listed.clone().into_bytes();
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        let error = docs.list("P", after(limit(1), &forged)).await.unwrap_err();
        assert_eq!(field(&error), "cursor", "at {place}");
    }
    assert!(!listed.contains("00000"));
}

async fn documents_with_one_index_key_are_all_found_once(docs: Docs) {
    let mut expected = Vec::new();
    for pk in ["A", "B", "C"] {
        for sk in ["1", "2", "3"] {
            let item = format!(r#"{{"at":"{pk}{sk}"}}"#);
            docs.put_indexed(pk, sk, &item, ("I", "same")).await;
            expected.push(item);
        }
    }
    docs.put_indexed("Z", "1", r#"{"at":"0"}"#, ("I", "lower"))
        .await;
    expected.push(r#"{"at":"0"}"#.to_owned());
    expected.sort_unstable();
    for size in [1, 2, 100] {
        let forward = docs.walk(|options| query("I", options), limit(size)).await;
        let mut back = docs
            .walk(|options| query("I", options), backward(limit(size)))
            .await;
        assert_eq!(forward[0], r#"{"at":"0"}"#);
        back.reverse();
        assert_eq!(forward, back);
        let mut found = forward;
        found.sort_unstable();
        assert_eq!(found, expected, "pages of {size}");
    }
}

async fn documents_and_cursors_outlive_the_host(docs: Docs) {
    docs.fill("P", 3).await;
    let (_, cursor) = docs.list("P", limit(1)).await.unwrap();
    let Docs { world, invocation } = docs;
    let docs = Docs {
        world: world.restarted().await,
        invocation,
    };
    let next = after(PageOptions::default(), &cursor.unwrap());
    let (items, _) = docs.list("P", next).await.unwrap();
    assert_eq!(items, [r#"{"n":1}"#, r#"{"n":2}"#]);
}

crate::documentdb::engines! {
    sort_keys_are_in_the_order_of_their_bytes,
    a_page_has_a_hundred_documents_unless_it_is_told_and_at_most_a_thousand,
    pages_stay_right_while_others_write,
    a_cursor_is_worth_something_only_where_it_was_made,
    documents_with_one_index_key_are_all_found_once,
    documents_and_cursors_outlive_the_host,
}
