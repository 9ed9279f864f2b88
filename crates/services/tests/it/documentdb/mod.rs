//! `ketrics.DocumentDb`: one suite for every engine.

/// Makes a test of each function for each engine.
macro_rules! engines {
    ($($name:ident,)*) => {
        mod in_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::documentdb::Docs::on(ketrics_services::DocumentsEngine::Sqlite).await).await;
            })*
        }
        mod in_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(engine) = crate::document_servers::postgres().await {
                    super::$name(crate::documentdb::Docs::on(engine).await).await;
                }
            })*
        }
        mod in_dynamo {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(engine) = crate::document_servers::dynamo().await {
                    super::$name(crate::documentdb::Docs::on(engine).await).await;
                }
            })*
        }
    };
}
use engines;

mod grants;
mod items;
mod pages;

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
