//! The servers that keep documents, beside the embedded engine, and what a host says that is
//! pointed at a wrong one.
//!
//! PostgreSQL is at `KETRICS_TEST_POSTGRES`, or where the development machines have it. DynamoDB is
//! moto, at `KETRICS_TEST_DYNAMODB` or `KETRICS_TEST_AWS`, or started here where `moto_server` is
//! installed. Where there is none its tests pass and say so; in CI (`CI=true`) they fail.

use crate::world::Engines;
use crate::world::open;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::config::Region;
use aws_sdk_dynamodb::types::AttributeDefinition;
use aws_sdk_dynamodb::types::BillingMode;
use aws_sdk_dynamodb::types::GlobalSecondaryIndex;
use aws_sdk_dynamodb::types::KeySchemaElement;
use aws_sdk_dynamodb::types::KeyType;
use aws_sdk_dynamodb::types::Projection;
use aws_sdk_dynamodb::types::ProjectionType;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use aws_sdk_dynamodb::types::TimeToLiveSpecification;
use ketrics_directory::Directory;
use ketrics_services::AwsAccess;
use ketrics_services::AwsKeys;
use ketrics_services::DocumentsEngine;
use ketrics_services::DynamoDbDocuments;
use ketrics_services::EgressPolicy;
use ketrics_services::PostgresDocuments;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use uuid::Uuid;

const POSTGRES: &str = "postgres://root@127.0.0.1:5432/test";
const TTL: &str = "ttl";

#[expect(
    clippy::disallowed_methods,
    reason = "what runs the tests says where the servers are"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn missing(what: &str) {
    assert!(variable("CI").is_none(), "{what}");
    eprintln!("not tested: {what}");
}

fn engine(url: &str) -> DocumentsEngine {
    DocumentsEngine::Postgres(PostgresDocuments {
        url: url.to_owned(),
        max_connections: 8,
    })
}

/// Where PostgreSQL is.
pub async fn postgres() -> Option<DocumentsEngine> {
    let given = variable("KETRICS_TEST_POSTGRES");
    if given.is_none() && TcpStream::connect("127.0.0.1:5432").await.is_err() {
        missing("there is no PostgreSQL at KETRICS_TEST_POSTGRES or 127.0.0.1:5432");
        return None;
    }
    Some(engine(given.as_deref().unwrap_or(POSTGRES)))
}

/// A moto of this process. It ends when its input does, which is when this process ends.
#[expect(
    clippy::disallowed_types,
    reason = "the server is started beside the tests"
)]
#[expect(clippy::zombie_processes, reason = "it runs until this process ends")]
async fn start_moto() -> Option<String> {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let script = format!(
        "command -v moto_server >/dev/null || exit 1; \
         moto_server -H 127.0.0.1 -p {} </dev/null >/dev/null 2>&1 & read -r _; kill $!",
        address.port()
    );
    let mut child = std::process::Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if TcpStream::connect(address).await.is_ok() {
            // Its input is closed by the end of this process, not before.
            std::mem::forget(child.stdin.take());
            return Some(format!("http://{address}"));
        }
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("moto_server does not listen");
}

/// Where a DynamoDB is.
async fn endpoint() -> Option<String> {
    static ENDPOINT: OnceCell<Option<String>> = OnceCell::const_new();
    let found = ENDPOINT.get_or_init(|| async {
        let given = variable("KETRICS_TEST_DYNAMODB").or_else(|| variable("KETRICS_TEST_AWS"));
        match given {
            Some(given) => Some(given),
            None => start_moto().await,
        }
    });
    let found = found.await.clone();
    if found.is_none() {
        missing("there is no DynamoDB at KETRICS_TEST_DYNAMODB, and no moto_server is installed");
    }
    found
}

fn client(endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new("test", "testtest", None, None, "test"))
        .build();
    Client::from_conf(config)
}

fn settings(endpoint: &str, table: &str) -> DynamoDbDocuments {
    DynamoDbDocuments {
        table: table.to_owned(),
        index: "GSI2".to_owned(),
        ttl_attribute: TTL.to_owned(),
        access: AwsAccess {
            region: Some("us-east-1".to_owned()),
            endpoint: Some(endpoint.to_owned()),
            keys: Some(AwsKeys {
                access_key_id: "test".to_owned(),
                secret_access_key: "testtest".to_owned().into(),
            }),
        },
    }
}

fn keys(pk: &str, sk: &str) -> Vec<KeySchemaElement> {
    [(pk, KeyType::Hash), (sk, KeyType::Range)]
        .map(|(name, kind)| {
            let element = KeySchemaElement::builder().attribute_name(name);
            element.key_type(kind).build().unwrap()
        })
        .to_vec()
}

/// Makes a table as the documentation says, with the index under this name.
async fn create(client: &Client, table: &str, index: &str) {
    let names = ["PK", "SK", "GSI2PK", "GSI2SK"];
    let attributes = names.map(|name| {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        let attribute = attribute.attribute_type(ScalarAttributeType::S);
        attribute.build().unwrap()
    });
    let everything = Projection::builder().projection_type(ProjectionType::All);
    let index = GlobalSecondaryIndex::builder()
        .index_name(index)
        .set_key_schema(Some(keys("GSI2PK", "GSI2SK")))
        .projection(everything.build());
    client
        .create_table()
        .table_name(table)
        .set_attribute_definitions(Some(attributes.to_vec()))
        .set_key_schema(Some(keys("PK", "SK")))
        .global_secondary_indexes(index.build().unwrap())
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .unwrap();
}

async fn enable_ttl(client: &Client, table: &str, attribute: &str) {
    let ttl = TimeToLiveSpecification::builder();
    let ttl = ttl.enabled(true).attribute_name(attribute).build().unwrap();
    let update = client.update_time_to_live().table_name(table);
    update.time_to_live_specification(ttl).send().await.unwrap();
}

/// A DynamoDB with a table for the tests of this process.
pub async fn dynamo() -> Option<DocumentsEngine> {
    static TABLE: OnceCell<String> = OnceCell::const_new();
    let endpoint = endpoint().await?;
    let table = TABLE.get_or_init(|| async {
        let table = format!("documents-{}", Uuid::new_v4().simple());
        let client = client(&endpoint);
        create(&client, &table, "GSI2").await;
        enable_ttl(&client, &table, TTL).await;
        table
    });
    Some(DocumentsEngine::DynamoDb(settings(&endpoint, table.await)))
}

/// What a host says that cannot start with these documents.
async fn refusal(documents: DocumentsEngine) -> String {
    let folder = TempDir::new().unwrap();
    let directory = Directory::open(&folder.path().join("directory.sqlite"))
        .await
        .unwrap();
    let engines = Engines {
        documents,
        ..Engines::default()
    };
    let opened = open(folder.path(), &directory, EgressPolicy::default(), &engines).await;
    opened.err().expect("a wrong setting").to_string()
}

#[tokio::test]
async fn a_wrong_postgres_is_told_with_the_setting_and_without_the_password() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for url in [
        format!("postgres://ada:hunter2@127.0.0.1:{port}/documents"),
        "postgres://ada:hunter2@127.0.0.1:port/documents".to_owned(),
        "mysql://ada:hunter2@127.0.0.1/documents".to_owned(),
    ] {
        let told = refusal(engine(&url)).await;
        assert!(told.starts_with("documents.url "), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    if postgres().await.is_some() {
        let url = variable("KETRICS_TEST_POSTGRES").unwrap_or_else(|| POSTGRES.to_owned());
        let (server, _) = url.rsplit_once('/').unwrap();
        let told = refusal(engine(&format!("{server}/no_such_database"))).await;
        assert!(told.starts_with("documents.url "), "{told}");
        assert!(told.contains("no_such_database"), "{told}");
    }
}

#[tokio::test]
async fn a_wrong_table_index_or_ttl_is_told_with_its_setting() {
    let Some(endpoint) = endpoint().await else {
        return;
    };
    let client = client(&endpoint);
    let table = format!("documents-{}", Uuid::new_v4().simple());
    let told = async |settings| refusal(DocumentsEngine::DynamoDb(settings)).await;
    let missing = told(settings(&endpoint, &table)).await;
    assert!(missing.starts_with("documents.table names"), "{missing}");
    create(&client, &table, "byIndexKey").await;
    let index = told(settings(&endpoint, &table)).await;
    assert!(index.starts_with("documents.index must name"), "{index}");
    let right = || DynamoDbDocuments {
        index: "byIndexKey".to_owned(),
        ..settings(&endpoint, &table)
    };
    let ttl = told(right()).await;
    assert!(
        ttl.starts_with("documents.ttl_attribute names \"ttl\""),
        "{ttl}"
    );
    enable_ttl(&client, &table, "another").await;
    let ttl = told(right()).await;
    assert!(
        ttl.starts_with("documents.ttl_attribute names \"ttl\""),
        "{ttl}"
    );
    let other = client
        .create_table()
        .table_name(format!("{table}-other"))
        .set_key_schema(Some(keys("PK", "sort")))
        .billing_mode(BillingMode::PayPerRequest);
    let attributes = ["PK", "sort"].map(|name| {
        let attribute = AttributeDefinition::builder().attribute_name(name);
        let attribute = attribute.attribute_type(ScalarAttributeType::S);
        attribute.build().unwrap()
    });
    let other = other.set_attribute_definitions(Some(attributes.to_vec()));
    other.send().await.unwrap();
    let keys = told(settings(&endpoint, &format!("{table}-other"))).await;
    assert!(keys.contains("must have the partition key PK"), "{keys}");
}
