//! `ketrics.Volume` on each engine.

mod files;
mod grants;
mod listing;
mod races;

use crate::world::Engines;
use crate::world::World;
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

pub(super) async fn ask(
    world: &World,
    invocation: &Invocation,
    call: VolumeCall,
) -> Result<VolumeReply, ServiceError> {
    match world.call(invocation, ServiceCall::Volume(call)).await? {
        ServiceReply::Volume(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

pub(super) fn put_call(key: &str, content: &[u8], options: PutOptions) -> VolumeCall {
    VolumeCall::Put {
        volume: "v".into(),
        key: key.into(),
        content: content.into(),
        options,
    }
}

pub(super) async fn put(world: &World, invocation: &Invocation, key: &str, content: &str) {
    ask(
        world,
        invocation,
        put_call(key, content.as_bytes(), PutOptions::default()),
    )
    .await
    .unwrap();
}

pub(super) async fn get(
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

pub(super) struct Page {
    pub(super) files: Vec<String>,
    pub(super) folders: Vec<String>,
    pub(super) token: Option<String>,
}

pub(super) async fn list(
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

pub(super) fn copy_source(from: &str, to: &str) -> CopySource {
    CopySource {
        volume: "v".into(),
        source_key: from.into(),
        destination_key: to.into(),
        if_not_exists: false,
        metadata: None,
    }
}

pub(super) async fn open(engines: Engines) -> World {
    let world = world_on(engines, EgressPolicy::default()).await;
    world.volume("v", &["*"], VolumeSpec::default()).await;
    world
}
