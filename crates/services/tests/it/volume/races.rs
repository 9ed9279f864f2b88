//! Writers at the same time.

use crate::servers;
use crate::volume::ask;
use crate::volume::copy_source;
use crate::volume::get;
use crate::volume::open;
use crate::volume::put;
use crate::volume::put_call;
use crate::world::Engines;
use crate::world::World;
use crate::world::memories;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::CopySource;
use ketrics_protocol::PutOptions;
use ketrics_protocol::ServiceError;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_services::SignedUrlError;

/// The ways in which a file comes to be.
#[derive(Clone, Debug)]
enum Way {
    Put,
    SmallUpload,
    LargeUpload,
    Copy,
    Move,
    /// With its token.
    SignedUrl(String),
}

/// Bytes of a part of a large upload: what comes behind it goes in a part of its own.
const LARGE: usize = 8 * 1024 * 1024;

/// The number in front of every content says whose it is.
fn content(way: &Way, number: usize) -> Vec<u8> {
    let mut content = format!("writer {number:02}").into_bytes();
    if matches!(way, Way::LargeUpload) {
        content.resize(LARGE + 9, b'.');
    }
    content
}

async fn write_where_nothing_is(
    world: &World,
    way: &Way,
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
        Way::SignedUrl(token) => return upload_by_url(world, token, content).await,
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

/// A URL that may only create, as a grant of the older permission makes it.
async fn creating_url(world: &World, key: &str) -> String {
    world
        .volume("v", &["CreateObject"], VolumeSpec::default())
        .await;
    let call = VolumeCall::GenerateUploadUrl {
        volume: "v".into(),
        key: key.into(),
        expires_in: None,
        content_type: None,
        max_size: None,
    };
    let url = ask(world, &world.invocation(), call).await.unwrap();
    world.volume("v", &["*"], VolumeSpec::default()).await;
    let VolumeReply::GenerateUploadUrl(url) = url else {
        panic!()
    };
    url.url.rsplit_once('/').unwrap().1.to_owned()
}

/// Its refusal is worded like the others here.
async fn upload_by_url(world: &World, token: &str, content: Vec<u8>) -> Result<(), ServiceError> {
    let body = futures_util::stream::iter([Ok(content.into())]);
    let memories = memories();
    let uploading = world
        .services
        .signed_upload(&memories, token, None, None, body);
    match uploading.await {
        Ok(_) => Ok(()),
        Err(SignedUrlError::Conflict) => Err(ServiceError::new("FileAlreadyExistsError")),
        Err(error) => Err(ServiceError::plain(error.to_string())),
    }
}

async fn of_sixteen_writers_that_expect_nothing_exactly_one_wins(engines: Engines) {
    let world = std::sync::Arc::new(open(engines).await);
    let signed = || Way::SignedUrl(String::new());
    let rounds: [&[Way]; 9] = [
        &[Way::Put],
        &[Way::SmallUpload],
        &[Way::LargeUpload],
        &[Way::Copy],
        &[Way::Move],
        &[signed()],
        &[Way::Put, Way::LargeUpload, Way::Copy, Way::Move],
        &[Way::Put, Way::LargeUpload, Way::Copy, Way::Move],
        &[signed(), Way::LargeUpload, Way::Move, Way::SmallUpload],
    ];
    for (round, ways) in rounds.into_iter().enumerate() {
        let key = format!("race {round}");
        let mut writers = Vec::new();
        for number in 0..16 {
            let mut way = ways[number % ways.len()].clone();
            if let Way::SignedUrl(token) = &mut way {
                *token = creating_url(&world, &key).await;
            }
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
                let written = write_where_nothing_is(&world, &way, number, &key).await;
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
                    winners.push(content(&way, number));
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

servers::volumes! {
    of_sixteen_writers_that_expect_nothing_exactly_one_wins,
}
