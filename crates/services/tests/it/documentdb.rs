//! `ketrics.DocumentDb`: one suite for every engine.

use crate::document_servers::dynamo;
use crate::document_servers::postgres;
use crate::world::Engines;
use crate::world::World;
use crate::world::told;
use crate::world::world_on;
use futures_util::StreamExt;
use futures_util::TryStreamExt;
use futures_util::stream;
use ketrics_directory::GrantKind;
use ketrics_protocol::DocumentDbCall;
use ketrics_protocol::DocumentDbReply;
use ketrics_protocol::IndexKey;
use ketrics_protocol::PageOptions;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::DocumentsEngine;
use ketrics_services::EgressPolicy;
use ketrics_services::Invocation;
use std::sync::Arc;

/// A document of this many bytes is far too large; one of `FITS` passes everywhere: moto refuses
/// from 405,000 bytes on, DynamoDB from 409,600.
const MAX_ITEM: usize = 400 * 1024;
const FITS: usize = 404_000;

/// A world with the database `docs`, granted to its application.
pub struct Docs {
    world: World,
    invocation: Arc<Invocation>,
}

type Page = (Vec<String>, Option<String>);

impl Docs {
    async fn on(documents: DocumentsEngine) -> Self {
        let engines = Engines {
            documents,
            ..Engines::default()
        };
        let world = world_on(engines, EgressPolicy::default()).await;
        let docs = Self {
            invocation: world.invocation(),
            world,
        };
        docs.database("docs", &["*"]).await;
        docs
    }

    async fn database(&self, code: &str, permissions: &[&str]) {
        self.world
            .directory
            .put_document_database(self.world.acme.id, code, code)
            .await
            .unwrap();
        self.world
            .grant(GrantKind::DocumentDb, code, permissions)
            .await;
    }

    async fn ask_as(
        &self,
        invocation: &Invocation,
        call: DocumentDbCall,
    ) -> Result<DocumentDbReply, ServiceError> {
        match self
            .world
            .call(invocation, ServiceCall::DocumentDb(call))
            .await?
        {
            ServiceReply::DocumentDb(reply) => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    async fn ask(&self, call: DocumentDbCall) -> Result<DocumentDbReply, ServiceError> {
        self.ask_as(&self.invocation, call).await
    }

    async fn put(&self, pk: &str, sk: &str, item: &str) -> Result<(), ServiceError> {
        self.ask(put(pk, sk, item)).await.map(drop)
    }

    async fn put_indexed(&self, pk: &str, sk: &str, item: &str, index: (&str, &str)) {
        let call = with_index(put(pk, sk, item), index);
        self.ask(call).await.unwrap();
    }

    async fn get(&self, pk: &str, sk: &str) -> Option<String> {
        match self.ask(get(pk, sk)).await.unwrap() {
            DocumentDbReply::Get { item } => item,
            other => panic!("{other:?}"),
        }
    }

    async fn list(&self, pk: &str, options: PageOptions) -> Result<Page, ServiceError> {
        page(self.ask(list(pk, options)).await?)
    }

    async fn query(&self, pk: &str, options: PageOptions) -> Result<Page, ServiceError> {
        page(self.ask(query(pk, options)).await?)
    }

    /// All pages, one after the other.
    async fn walk(
        &self,
        call: impl Fn(PageOptions) -> DocumentDbCall,
        options: PageOptions,
    ) -> Vec<String> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let options = PageOptions {
                cursor,
                ..options.clone()
            };
            let (items, next) = page(self.ask(call(options)).await.unwrap()).unwrap();
            assert!(!items.is_empty() || next.is_none());
            all.extend(items);
            match next {
                Some(next) => cursor = Some(next),
                None => return all,
            }
        }
    }

    async fn fill(&self, pk: &str, count: usize) {
        let puts = (0..count).map(|number| async move {
            let (sk, item) = (format!("{number:05}"), format!(r#"{{"n":{number}}}"#));
            self.put(pk, &sk, &item).await
        });
        let done: Result<Vec<()>, _> = stream::iter(puts).buffered(16).try_collect().await;
        done.unwrap();
    }
}

fn page(reply: DocumentDbReply) -> Result<Page, ServiceError> {
    match reply {
        DocumentDbReply::List { items, cursor } | DocumentDbReply::Query { items, cursor } => {
            Ok((items, cursor))
        }
        other => panic!("{other:?}"),
    }
}

fn put(pk: &str, sk: &str, item: &str) -> DocumentDbCall {
    DocumentDbCall::Put {
        database: "docs".into(),
        pk: pk.into(),
        sk: sk.into(),
        item: item.into(),
        index_key: None,
        ttl: None,
    }
}

fn with_index(mut call: DocumentDbCall, (pk, sk): (&str, &str)) -> DocumentDbCall {
    if let DocumentDbCall::Put { index_key, .. } = &mut call {
        *index_key = Some(IndexKey {
            pk: pk.into(),
            sk: sk.into(),
        });
    }
    call
}

fn with_ttl(mut call: DocumentDbCall, seconds: f64) -> DocumentDbCall {
    if let DocumentDbCall::Put { ttl, .. } = &mut call {
        *ttl = Some(seconds);
    }
    call
}

fn get(pk: &str, sk: &str) -> DocumentDbCall {
    DocumentDbCall::Get {
        database: "docs".into(),
        pk: pk.into(),
        sk: sk.into(),
    }
}

fn delete(pk: &str, sk: &str) -> DocumentDbCall {
    DocumentDbCall::Delete {
        database: "docs".into(),
        pk: pk.into(),
        sk: sk.into(),
    }
}

fn list(pk: &str, options: PageOptions) -> DocumentDbCall {
    DocumentDbCall::List {
        database: "docs".into(),
        pk: pk.into(),
        options,
    }
}

fn query(pk: &str, options: PageOptions) -> DocumentDbCall {
    DocumentDbCall::Query {
        database: "docs".into(),
        index_pk: pk.into(),
        options,
    }
}

fn in_another(call: DocumentDbCall, code: &str) -> DocumentDbCall {
    let mut call = call;
    let (DocumentDbCall::Connect { database }
    | DocumentDbCall::Put { database, .. }
    | DocumentDbCall::Get { database, .. }
    | DocumentDbCall::Delete { database, .. }
    | DocumentDbCall::List { database, .. }
    | DocumentDbCall::Query { database, .. }) = &mut call;
    code.clone_into(database);
    call
}

fn limit(limit: u32) -> PageOptions {
    PageOptions {
        limit: Some(limit),
        ..PageOptions::default()
    }
}

fn prefix(prefix: &str) -> PageOptions {
    PageOptions {
        sk_prefix: Some(prefix.to_owned()),
        ..PageOptions::default()
    }
}

fn backward(options: PageOptions) -> PageOptions {
    PageOptions {
        scan_forward: Some(false),
        ..options
    }
}

fn after(options: PageOptions, cursor: &str) -> PageOptions {
    PageOptions {
        cursor: Some(cursor.to_owned()),
        ..options
    }
}

/// The field that a validation error names.
fn field(error: &ServiceError) -> String {
    let (class, arguments) = told(error);
    assert_eq!(class, "DocumentDbValidationError", "{error:?}");
    arguments[3].clone()
}

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

async fn a_grant_and_a_permission_are_different_things(docs: Docs) {
    let connect = || DocumentDbCall::Connect {
        database: "docs".into(),
    };
    let reads = || {
        [
            get("P", "S"),
            list("P", PageOptions::default()),
            query("P", PageOptions::default()),
        ]
    };
    let writes = || [put("P", "S", "{}"), delete("P", "S")];
    for (granted, told_to) in [
        (&["*"][..], &["read", "write"][..]),
        (&["read"], &["read"]),
        (&["write"], &["write"]),
    ] {
        docs.database("docs", granted).await;
        match docs.ask(connect()).await.unwrap() {
            DocumentDbReply::Connect { permissions } => assert_eq!(permissions, told_to),
            other => panic!("{other:?}"),
        }
        for (calls, permission) in [(&reads()[..], "read"), (&writes()[..], "write")] {
            for call in calls {
                match docs.ask(call.clone()).await {
                    Ok(_) => assert!(told_to.contains(&permission), "{call:?}"),
                    Err(error) => {
                        assert!(!told_to.contains(&permission), "{call:?}");
                        let (class, arguments) = told(&error);
                        assert_eq!(class, "DocumentDbPermissionDeniedError");
                        assert_eq!(arguments[..2], ["docs", permission]);
                    }
                }
            }
        }
    }
    let every = [vec![connect()], reads().to_vec(), writes().to_vec()].concat();
    docs.database("docs", &[]).await;
    for call in &every {
        let error = docs.ask(call.clone()).await.unwrap_err();
        assert_eq!(
            told(&error),
            ("DocumentDbAccessDeniedError", vec!["docs".to_owned()])
        );
        let error = docs
            .ask_as(&docs.world.of_second(), call.clone())
            .await
            .unwrap_err();
        assert_eq!(error.class, "DocumentDbAccessDeniedError");
        let error = docs
            .ask_as(&docs.world.of_stranger(), call.clone())
            .await
            .unwrap_err();
        assert_eq!(
            told(&error),
            ("DocumentDbNotFoundError", vec!["docs".to_owned()])
        );
    }
}

async fn one_code_in_two_tenants_is_two_databases(docs: Docs) {
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
    docs.database("second", &["*"]).await;
    docs.put_indexed("P", "S", r#"{"of":"acme"}"#, ("I", "J"))
        .await;
    let theirs = docs.world.of_stranger();
    let elsewhere = [(&theirs, "docs"), (&docs.invocation, "second")];
    let nothing = |reply| {
        matches!(
            reply,
            DocumentDbReply::Get { item: None } | DocumentDbReply::Delete {}
        ) || matches!(
            &reply,
            DocumentDbReply::List { items, .. } | DocumentDbReply::Query { items, .. } if items.is_empty()
        )
    };
    for (invocation, code) in elsewhere {
        for call in [
            get("P", "S"),
            list("P", PageOptions::default()),
            query("I", PageOptions::default()),
            delete("P", "S"),
        ] {
            let reply = docs
                .ask_as(invocation, in_another(call, code))
                .await
                .unwrap();
            assert!(nothing(reply), "{code}");
        }
        let put = with_index(put("P", "S", r#"{"of":"another"}"#), ("I", "J"));
        docs.ask_as(invocation, in_another(put, code))
            .await
            .unwrap();
    }
    assert_eq!(
        docs.get("P", "S").await.as_deref(),
        Some(r#"{"of":"acme"}"#)
    );
    let (found, _) = docs.query("I", PageOptions::default()).await.unwrap();
    assert_eq!(found, [r#"{"of":"acme"}"#]);
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

/// Makes a test of each function for each engine.
macro_rules! engines {
    ($($name:ident,)*) => {
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Docs::on(super::DocumentsEngine::Sqlite).await).await;
            })*
        }
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(engine) = super::postgres().await {
                    super::$name(super::Docs::on(engine).await).await;
                }
            })*
        }
        mod in_dynamo {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(engine) = super::dynamo().await {
                    super::$name(super::Docs::on(engine).await).await;
                }
            })*
        }
    };
}

engines! {
    a_document_comes_back_as_it_was_put,
    keys_are_told_apart_to_the_byte,
    sort_keys_are_in_the_order_of_their_bytes,
    a_page_has_a_hundred_documents_unless_it_is_told_and_at_most_a_thousand,
    pages_stay_right_while_others_write,
    a_cursor_is_worth_something_only_where_it_was_made,
    the_index_has_what_was_put_with_an_index_key,
    documents_with_one_index_key_are_all_found_once,
    a_document_of_400_kb_is_stored_and_a_larger_one_is_not,
    keys_of_any_length_up_to_the_limit_work,
    an_expired_document_is_never_seen,
    a_grant_and_a_permission_are_different_things,
    one_code_in_two_tenants_is_two_databases,
    many_writers_of_one_document_leave_a_whole_one,
    documents_and_cursors_outlive_the_host,
}
