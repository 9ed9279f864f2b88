//! Who may do what, and whose it is.

use crate::documentdb::Docs;
use crate::documentdb::delete;
use crate::documentdb::get;
use crate::documentdb::in_another;
use crate::documentdb::list;
use crate::documentdb::put;
use crate::documentdb::query;
use crate::documentdb::with_index;
use crate::world::World;
use crate::world::told;
use ketrics_directory::GrantKind;
use ketrics_protocol::DocumentDbCall;
use ketrics_protocol::DocumentDbReply;
use ketrics_protocol::PageOptions;

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

crate::documentdb::engines! {
    a_grant_and_a_permission_are_different_things,
    one_code_in_two_tenants_is_two_databases,
}
