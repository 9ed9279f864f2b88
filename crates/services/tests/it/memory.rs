//! What the services hold in the host's memory for the calls of one tenant.

use crate::database_servers::Hosted;
use crate::database_servers::MYSQL;
use crate::database_servers::POSTGRES;
use crate::database_servers::Server;
use crate::db::Db;
use crate::db::connect;
use crate::servers::on_s3;
use crate::volume::ask;
use crate::volume::open;
use crate::world::World;
use crate::world::invocation_within;
use crate::world::told;
use ketrics_protocol::Cell;
use ketrics_protocol::PutOptions;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_services::Invocation;
use ketrics_services::Memories;
use ketrics_services::Memory;
use std::sync::Arc;
use std::time::Duration;

const MEGABYTE: usize = 1_000_000;
const FULL: &str = "all that the tenant's calls send and receive would take more than";

/// An invocation whose tenant has an account of so many bytes, and the account.
fn within(world: &World, bytes: usize) -> (Arc<Invocation>, Memory) {
    let memory = Memory::new(bytes);
    let left = Duration::from_secs(60);
    let invocation = invocation_within(&world.acme, &world.orders, left, memory.clone());
    (invocation, memory)
}

/// Waits until an account holds nothing any more: connections are closed behind the answer.
async fn until_free(memory: &Memory, bytes: usize) {
    for _ in 0..100 {
        if memory.hold(bytes).is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("what was held is not free again");
}

async fn a_row_is_held_on_its_way_too(server: Server, sql: impl Fn(usize) -> String) {
    let Some(hosted) = server.open().await else {
        return;
    };
    let Hosted { world, .. } = &hosted;
    let (invocation, memory) = within(world, 25 * MEGABYTE);
    let connection = connect(world, &invocation, "main").await.unwrap();
    let db = Db {
        world,
        invocation,
        connection,
    };
    // As the server sends it, and as it goes back.
    let fits = db.query(&sql(10 * MEGABYTE), &[]).await.unwrap();
    assert!(matches!(&fits[..], [Cell::Text(text)] if text.len() == 10 * MEGABYTE));
    let refused = db.refused(&sql(15 * MEGABYTE)).await;
    assert!(refused.contains(FULL), "{refused}");
    until_free(&memory, 25 * MEGABYTE).await;
    // Not even the message finds room.
    let held = memory.hold(20 * MEGABYTE).expect("room");
    let refused = db.refused(&sql(10 * MEGABYTE)).await;
    assert!(refused.contains(FULL), "{refused}");
    drop(held);
    // The answer that nobody read is of no concern to who comes next.
    let fits = db.query(&sql(10), &[]).await.unwrap();
    assert_eq!(fits, [Cell::Text("xxxxxxxxxx".to_owned())]);
    until_free(&memory, 25 * MEGABYTE).await;
    drop(db);
    hosted.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_postgresql_is_held_on_its_way_too() {
    a_row_is_held_on_its_way_too(POSTGRES, |bytes| format!("SELECT repeat('x', {bytes})")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_mysql_is_held_on_its_way_too() {
    a_row_is_held_on_its_way_too(MYSQL, |bytes| format!("SELECT repeat('x', {bytes})")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_rest_of_an_upload_is_held() {
    let Some(engines) = on_s3().await else {
        return;
    };
    let world = open(engines).await;
    let (invocation, memory) = within(&world, 20 * MEGABYTE);
    let mut uploads = Vec::new();
    for key in ["a", "b", "c"] {
        let call = VolumeCall::StartUpload {
            volume: "v".into(),
            key: key.into(),
            options: PutOptions::default(),
        };
        match ask(&world, &invocation, call).await.unwrap() {
            VolumeReply::StartUpload { upload } => uploads.push(upload),
            other => panic!("{other:?}"),
        }
    }
    let write = |upload, bytes| {
        let content = vec![b'x'; bytes];
        ask(
            &world,
            &invocation,
            VolumeCall::WriteUpload { upload, content },
        )
    };
    write(uploads[0], 7 * MEGABYTE).await.unwrap();
    write(uploads[1], 9 * MEGABYTE).await.unwrap();
    let refused = write(uploads[2], 7 * MEGABYTE).await.unwrap_err();
    assert!(told(&refused).1[0].contains(FULL), "{refused:?}");
    // A part that is full goes, once there is more.
    write(uploads[1], MEGABYTE).await.unwrap();
    drop(memory.hold(12 * MEGABYTE).expect("room"));
    assert!(memory.hold(13 * MEGABYTE).is_err());
    for upload in &uploads[..2] {
        let finish = VolumeCall::FinishUpload { upload: *upload };
        ask(&world, &invocation, finish).await.unwrap();
    }
    until_free(&memory, 20 * MEGABYTE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_rest_of_an_upload_by_url_is_held() {
    let Some(engines) = on_s3().await else {
        return;
    };
    let world = open(engines).await;
    let call = VolumeCall::GenerateUploadUrl {
        volume: "v".into(),
        key: "a".into(),
        expires_in: None,
        content_type: None,
        max_size: None,
    };
    let invocation = world.invocation();
    let url = match ask(&world, &invocation, call).await.unwrap() {
        VolumeReply::GenerateUploadUrl(url) => url.url,
        other => panic!("{other:?}"),
    };
    let token = url.rsplit_once('/').unwrap().1;
    let memories = Memories::new(10 * MEGABYTE);
    let send = |pieces: [usize; 2]| {
        let pieces = pieces.map(|bytes| Ok(vec![b'x'; bytes].into()));
        let content = futures_util::stream::iter(pieces);
        world
            .services
            .signed_upload(&memories, token, None, None, content)
    };
    let error = send([7 * MEGABYTE, 4 * MEGABYTE]).await.unwrap_err();
    assert_eq!(error.status(), 429);
    assert!(error.to_string().contains(FULL), "{error}");
    let exists = VolumeCall::Exists {
        volume: "v".into(),
        key: "a".into(),
    };
    let found = ask(&world, &invocation, exists).await.unwrap();
    assert!(matches!(found, VolumeReply::Exists { exists: false }));
    let info = send([6 * MEGABYTE, 4 * MEGABYTE]).await.unwrap();
    assert_eq!(info.size, 10_000_000.0);
    drop(
        memories
            .of(world.acme.id)
            .hold(10 * MEGABYTE)
            .expect("room"),
    );
}
