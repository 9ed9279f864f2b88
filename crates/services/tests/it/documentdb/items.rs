//! Documents: what is kept, and for how long.

use crate::documentdb::Docs;
use crate::documentdb::FITS;
use crate::documentdb::MAX_ITEM;
use crate::documentdb::after;
use crate::documentdb::delete;
use crate::documentdb::field;
use crate::documentdb::get;
use crate::documentdb::limit;
use crate::documentdb::list;
use crate::documentdb::prefix;
use crate::documentdb::put;
use crate::documentdb::query;
use crate::documentdb::with_index;
use crate::documentdb::with_ttl;
use futures_util::StreamExt;
use futures_util::stream;
use ketrics_protocol::PageOptions;

async fn a_document_comes_back_as_it_was_put(docs: Docs) {
    let items = [
        "{}",
        r#"{"z":1,"a":{"b":[null,true,"",{"":[]}]},"é":"\u0000 \ud83d\ude00 😀"}"#,
        r#"{"digits":12345678901234567890123456789012345678,"small":-0.00000000000000000001,"e":1e300}"#,
        r#"{"nested":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"#,
    ];
    assert_eq!(docs.get("P", "S").await, None);
    for item in items {
        docs.put("P", "S", item).await.unwrap();
        assert_eq!(docs.get("P", "S").await.as_deref(), Some(item));
    }
    assert_eq!(docs.get("P", "T").await, None);
    assert_eq!(docs.get("Q", "S").await, None);
    for _ in 0..2 {
        docs.ask(delete("P", "S")).await.unwrap();
        assert_eq!(docs.get("P", "S").await, None);
    }
}

async fn keys_are_told_apart_to_the_byte(docs: Docs) {
    let keys = [
        "a", "A", "a ", "a\0", "a\0b", "a#b", "é", "e\u{301}", "%", "_", "ß", "ss",
    ];
    for pk in keys {
        for sk in keys {
            let item = serde_json::json!({ "pk": pk, "sk": sk }).to_string();
            docs.put(pk, sk, &item).await.unwrap();
        }
    }
    for pk in keys {
        for sk in keys {
            let item = serde_json::json!({ "pk": pk, "sk": sk }).to_string();
            assert_eq!(docs.get(pk, sk).await, Some(item), "{pk:?} {sk:?}");
        }
        let (items, _) = docs.list(pk, PageOptions::default()).await.unwrap();
        assert_eq!(items.len(), keys.len(), "{pk:?}");
    }
}

async fn the_index_has_what_was_put_with_an_index_key(docs: Docs) {
    docs.put_indexed("A", "1", r#"{"a":1}"#, ("open", "2"))
        .await;
    docs.put_indexed("B", "1", r#"{"b":1}"#, ("open", "1"))
        .await;
    docs.put_indexed("C", "1", r#"{"c":1}"#, ("closed", "1"))
        .await;
    docs.put("open", "1", r#"{"d":1}"#).await.unwrap();
    let open = async || docs.query("open", PageOptions::default()).await.unwrap().0;
    assert_eq!(open().await, [r#"{"b":1}"#, r#"{"a":1}"#]);
    // What is put again stands in the index as it was put last.
    docs.put_indexed("A", "1", r#"{"a":2}"#, ("open", "0"))
        .await;
    assert_eq!(open().await, [r#"{"a":2}"#, r#"{"b":1}"#]);
    docs.put("A", "1", r#"{"a":3}"#).await.unwrap();
    assert_eq!(open().await, [r#"{"b":1}"#]);
    docs.ask(delete("B", "1")).await.unwrap();
    assert_eq!(open().await, <[&str; 0]>::default());
    let (list, _) = docs.list("A", PageOptions::default()).await.unwrap();
    assert_eq!(list, [r#"{"a":3}"#]);
}

async fn a_document_of_400_kb_is_stored_and_a_larger_one_is_not(docs: Docs) {
    let item = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes));
    let most = item(FITS);
    docs.put_indexed("P", "S", &most, ("I", "J")).await;
    assert_eq!(docs.get("P", "S").await, Some(most.clone()));
    let error = docs.put("P", "S", &item(MAX_ITEM)).await.unwrap_err();
    assert_eq!(field(&error), "item");
    assert_eq!(docs.get("P", "S").await, Some(most.clone()));
    // A page of large ones ends early, and goes on.
    for number in 0..24 {
        let (sk, index) = (format!("{number:02}"), format!("{number:02}"));
        docs.put_indexed("big", &sk, &most, ("big", &index)).await;
    }
    let (items, cursor) = docs.list("big", limit(1_000)).await.unwrap();
    assert!(
        cursor.is_some() && (2..24).contains(&items.len()),
        "{}",
        items.len()
    );
    assert_eq!(
        docs.walk(|options| list("big", options), limit(1_000))
            .await
            .len(),
        24
    );
    assert_eq!(
        docs.walk(|options| query("big", options), limit(1_000))
            .await
            .len(),
        24
    );
}

async fn keys_of_any_length_up_to_the_limit_work(docs: Docs) {
    let most = "é".repeat(512);
    let (pk, sk) = (format!("{}pp", &most[2..]), format!("{}ss", &most[2..]));
    docs.put_indexed(&pk, &sk, "{}", (&most, &most)).await;
    docs.put_indexed(&pk, &most, "{}", (&most, &most)).await;
    assert_eq!(docs.get(&pk, &sk).await.as_deref(), Some("{}"));
    assert_eq!(
        docs.walk(|options| query(&most, options), limit(1))
            .await
            .len(),
        2
    );
    assert_eq!(
        docs.walk(|options| list(&pk, options), limit(1))
            .await
            .len(),
        2
    );
    let long = format!("{most}x");
    let refused = [
        (put("", "s", "{}"), "pk"),
        (put("p", "", "{}"), "sk"),
        (put(&long, "s", "{}"), "pk"),
        (put("p", &long, "{}"), "sk"),
        (with_index(put("p", "s", "{}"), ("", "x")), "indexKey.pk"),
        (with_index(put("p", "s", "{}"), ("x", "")), "indexKey.sk"),
        (with_index(put("p", "s", "{}"), ("x", &long)), "indexKey.sk"),
        (put("p", "s", "[]"), "item"),
        (put("p", "s", "{"), "item"),
        (get("", "s"), "pk"),
        (get("p", &long), "sk"),
        (delete("p", ""), "sk"),
        (list("", PageOptions::default()), "pk"),
        (list("p", prefix(&long)), "skPrefix"),
        (query("", PageOptions::default()), "indexPk"),
        (query(&long, PageOptions::default()), "indexPk"),
    ];
    for (call, expected) in refused {
        let error = docs.ask(call.clone()).await.unwrap_err();
        assert_eq!(field(&error), expected, "{call:?}");
    }
}

async fn an_expired_document_is_never_seen(docs: Docs) {
    let soon = with_index(with_ttl(put("P", "soon", r#"{"n":1}"#), 0.001), ("I", "1"));
    let late = with_index(
        with_ttl(put("P", "late", r#"{"n":2}"#), 3_600.0),
        ("I", "2"),
    );
    let never = with_index(put("P", "never", r#"{"n":3}"#), ("I", "3"));
    for call in [&soon, &late, &never] {
        docs.ask(call.clone()).await.unwrap();
    }
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(docs.get("P", "soon").await, None);
    let (listed, _) = docs.list("P", PageOptions::default()).await.unwrap();
    assert_eq!(listed, [r#"{"n":2}"#, r#"{"n":3}"#]);
    let (found, _) = docs.query("I", PageOptions::default()).await.unwrap();
    assert_eq!(found, [r#"{"n":2}"#, r#"{"n":3}"#]);
    // It makes no page shorter, and leaves no page behind the last.
    for number in 0..30 {
        let call = with_ttl(put("Q", &format!("a{number:02}"), "{}"), 0.001);
        docs.ask(call).await.unwrap();
    }
    docs.put("Q", "b", r#"{"n":4}"#).await.unwrap();
    docs.put("Q", "c", r#"{"n":5}"#).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let (items, cursor) = docs.list("Q", limit(1)).await.unwrap();
    assert_eq!(items, [r#"{"n":4}"#]);
    let (items, cursor) = docs
        .list("Q", after(limit(1), &cursor.unwrap()))
        .await
        .unwrap();
    assert_eq!((&items[..], cursor), (&[r#"{"n":5}"#.to_owned()][..], None));
    // What is put again without one does not expire.
    docs.put("P", "soon", r#"{"n":6}"#).await.unwrap();
    docs.ask(late).await.unwrap();
    assert_eq!(docs.get("P", "soon").await.as_deref(), Some(r#"{"n":6}"#));
    for ttl in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
        let error = docs
            .ask(with_ttl(put("P", "x", "{}"), ttl))
            .await
            .unwrap_err();
        assert_eq!(field(&error), "ttl", "{ttl}");
    }
}

async fn many_writers_of_one_document_leave_a_whole_one(docs: Docs) {
    let docs = &docs;
    let puts = (0..40).map(|number| async move {
        let item = format!(r#"{{"n":{number},"text":"{}"}}"#, "y".repeat(20_000));
        docs.ask(with_ttl(put("P", "S", &item), 60.0))
            .await
            .unwrap();
        item
    });
    let written: Vec<String> = stream::iter(puts).buffer_unordered(16).collect().await;
    let found = docs.get("P", "S").await.unwrap();
    assert!(written.contains(&found));
    let (items, _) = docs.list("P", PageOptions::default()).await.unwrap();
    assert_eq!(items, [found]);
}

crate::documentdb::engines! {
    a_document_comes_back_as_it_was_put,
    keys_are_told_apart_to_the_byte,
    the_index_has_what_was_put_with_an_index_key,
    a_document_of_400_kb_is_stored_and_a_larger_one_is_not,
    keys_of_any_length_up_to_the_limit_work,
    an_expired_document_is_never_seen,
    many_writers_of_one_document_leave_a_whole_one,
}
