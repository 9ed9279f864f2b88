//! What only a bucket can do wrong: claims that were left behind, keys that are too long for a
//! name, metadata that is no header, uploads that stay, and settings that lead nowhere.

use crate::servers;
use crate::servers::BUCKET;
use crate::world::Engines;
use crate::world::World;
use crate::world::told;
use crate::world::world_on;
use aws_sdk_s3::primitives::ByteStream;
use futures_util::StreamExt;
use futures_util::stream;
use ketrics_directory::Directory;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::ObjectInfo;
use ketrics_protocol::PutOptions;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_services::EgressPolicy;
use ketrics_services::S3Config;
use ketrics_services::SecretEngine;
use ketrics_services::Services;
use ketrics_services::ServicesConfig;
use ketrics_services::SigningKey;
use ketrics_services::VolumeEngine;
use std::collections::BTreeMap;
use tempfile::TempDir;

async fn open() -> Option<(World, String)> {
    let endpoint = servers::s3().await?;
    let world = world_on(servers::on_s3().await?, EgressPolicy::default()).await;
    world.volume("v", &["*"], VolumeSpec::default()).await;
    Some((world, endpoint))
}

async fn ask(world: &World, call: VolumeCall) -> Result<VolumeReply, ServiceError> {
    let one = world.invocation();
    match world.call(&one, ServiceCall::Volume(call)).await? {
        ServiceReply::Volume(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

async fn put(world: &World, key: &str, options: PutOptions) -> Result<VolumeReply, ServiceError> {
    let call = VolumeCall::Put {
        volume: "v".into(),
        key: key.into(),
        content: key.into(),
        options,
    };
    ask(world, call).await
}

async fn info(world: &World, key: &str) -> Result<ObjectInfo, ServiceError> {
    let (volume, key) = ("v".into(), key.into());
    match ask(world, VolumeCall::GetMetadata { volume, key }).await? {
        VolumeReply::GetMetadata { info } => Ok(info),
        other => panic!("{other:?}"),
    }
}

async fn list(world: &World, prefix: &str, delimiter: Option<&str>) -> (Vec<String>, Vec<String>) {
    let call = VolumeCall::List {
        volume: "v".into(),
        prefix: Some(prefix.into()),
        max_results: None,
        continuation_token: None,
        delimiter: delimiter.map(str::to_owned),
    };
    match ask(world, call).await.unwrap() {
        VolumeReply::List { files, folders, .. } => {
            (files.into_iter().map(|file| file.key).collect(), folders)
        }
        other => panic!("{other:?}"),
    }
}

/// Where the world's volume is in the bucket, by a file in it.
async fn root(world: &World, endpoint: &str) -> String {
    put(world, "here", PutOptions::default()).await.unwrap();
    let prefix = format!("some/prefix/{}/", world.acme.id);
    let client = servers::client(endpoint);
    let listed = client.list_objects_v2().bucket(BUCKET).prefix(&prefix);
    let listed = listed.send().await.unwrap();
    let name = listed.contents()[0].key().unwrap();
    name.strip_suffix("here").unwrap().to_owned()
}

#[tokio::test]
async fn a_claim_that_somebody_left_is_no_file_and_is_overwritten_by_who_expects_anything() {
    let Some((world, endpoint)) = open().await else {
        return;
    };
    let root = root(&world, &endpoint).await;
    let claim = servers::client(&endpoint)
        .put_object()
        .bucket(BUCKET)
        .key(format!("{root}claimed"))
        .metadata("ketrics-claim", "somebody's")
        .body(ByteStream::from(vec![b'.'; 3_877]));
    claim.send().await.unwrap();
    let error = info(&world, "claimed").await.unwrap_err();
    assert_eq!(error.class, "FileNotFoundError");
    assert_eq!(list(&world, "", None).await.0, ["here"]);
    put(&world, "claimed", PutOptions::default()).await.unwrap();
    assert_eq!(list(&world, "", None).await.0, ["claimed", "here"]);
    let options = PutOptions {
        if_not_exists: true,
        ..PutOptions::default()
    };
    let error = put(&world, "claimed", options).await.unwrap_err();
    assert_eq!(error.class, "FileAlreadyExistsError");
}

#[tokio::test]
async fn long_keys_that_differ_at_their_end_are_listed_whole() {
    let Some((world, _)) = open().await else {
        return;
    };
    let long = format!("folder/{}", "ü".repeat(500));
    let keys = ["/a", "/b", "c"].map(|end| format!("{long}{end}"));
    for key in &keys {
        put(&world, key, PutOptions::default()).await.unwrap();
    }
    assert_eq!(list(&world, &format!("{long}/"), None).await.0, keys[..2]);
    assert_eq!(list(&world, "", Some("/")).await.1, ["folder/"]);
    let (files, folders) = list(&world, "folder/", Some("/")).await;
    assert_eq!(
        (files, folders),
        (vec![keys[2].clone()], vec![format!("{long}/")])
    );
    let call = VolumeCall::DeleteByPrefix {
        volume: "v".into(),
        prefix: "folder/".into(),
    };
    ask(&world, call).await.unwrap();
    assert!(list(&world, "", None).await.0.is_empty());
}

#[tokio::test]
async fn metadata_may_be_in_any_language() {
    let Some((world, _)) = open().await else {
        return;
    };
    let metadata = BTreeMap::from([
        ("Größe".to_owned(), "日本語 📦".to_owned()),
        ("plain".to_owned(), "a".to_owned()),
        ("Plain".to_owned(), String::new()),
    ]);
    let options = PutOptions {
        metadata: Some(metadata.clone()),
        ..PutOptions::default()
    };
    put(&world, "a.txt", options).await.unwrap();
    assert_eq!(
        info(&world, "a.txt").await.unwrap().metadata,
        Some(metadata)
    );
}

#[tokio::test]
async fn an_upload_in_parts_that_is_not_finished_leaves_nothing_on_the_server() {
    let Some((world, endpoint)) = open().await else {
        return;
    };
    let root = root(&world, &endpoint).await;
    let one = world.invocation();
    let call = |call| world.call(&one, ServiceCall::Volume(call));
    let start = VolumeCall::StartUpload {
        volume: "v".into(),
        key: "large".into(),
        options: PutOptions::default(),
    };
    let ServiceReply::Volume(VolumeReply::StartUpload { upload }) = call(start).await.unwrap()
    else {
        panic!()
    };
    for _ in 0..3 {
        let content = vec![0; 5 * 1024 * 1024];
        call(VolumeCall::WriteUpload { upload, content })
            .await
            .unwrap();
    }
    let client = servers::client(&endpoint);
    let uploads = || async {
        let request = client.list_multipart_uploads().bucket(BUCKET).prefix(&root);
        request.send().await.unwrap().uploads().len()
    };
    assert_eq!(uploads().await, 1);
    world.services.close(&one).await;
    // It is discarded behind the invocation's back.
    while uploads().await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(list(&world, "", None).await.0, ["here"]);
}

async fn refused(volumes: VolumeEngine, secrets: SecretEngine) -> String {
    let folder = TempDir::new().unwrap();
    let directory = Directory::open(&folder.path().join("directory.sqlite")).await;
    let config = ServicesConfig {
        data_dir: folder.path().join("data"),
        public_url: String::new(),
        signing_key: SigningKey::new([7; 32]),
        volumes,
        secrets,
        egress: EgressPolicy::default(),
        documents: ketrics_services::DocumentsEngine::default(),
        ai: ketrics_services::AiEngine::default(),
        push: ketrics_services::PushConfig::default(),
    };
    match Services::open(config, directory.unwrap()).await {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_wrong_bucket_key_or_endpoint_is_named_when_the_host_starts() {
    let Some(endpoint) = servers::s3().await else {
        return;
    };
    let right = servers::bucket(&endpoint);
    let bucket = S3Config {
        bucket: "no-such-bucket".to_owned(),
        ..right.clone()
    };
    let mut keys = right.clone();
    keys.access.keys.as_mut().unwrap().access_key_id = "nobody".to_owned();
    let mut nowhere = right.clone();
    nowhere.access.endpoint = Some("http://127.0.0.1:9".to_owned());
    let mut nonsense = right.clone();
    nonsense.access.endpoint = Some("localhost".to_owned());
    let prefix = S3Config {
        prefix: "a\\b".to_owned(),
        ..right
    };
    for (config, says) in [
        (
            bucket,
            "volumes.bucket names a bucket that does not exist: \"no-such-bucket\"",
        ),
        (keys, "access_key_id"),
        (
            nowhere,
            "volumes.endpoint does not lead to a server that answers",
        ),
        (
            nonsense,
            "volumes.endpoint must be like https://host:port, not \"localhost\"",
        ),
        (prefix, "volumes.prefix must have"),
    ] {
        let told = refused(VolumeEngine::S3(config), SecretEngine::Local).await;
        assert!(told.contains(says), "{told}");
        assert!(!told.contains("testtest"), "{told}");
    }
    let Some(right) = servers::kms().await else {
        return;
    };
    let mut wrong = right.clone();
    wrong.key_id = "1234abcd-12ab-34cd-56ef-1234567890ab".to_owned();
    let told = refused(VolumeEngine::Folder, SecretEngine::Kms(wrong)).await;
    assert!(
        told.contains("secrets.kms_key_id names a key that does not exist"),
        "{told}"
    );
    let mut nowhere = right;
    nowhere.access.endpoint = Some("http://127.0.0.1:9".to_owned());
    let told = refused(VolumeEngine::Folder, SecretEngine::Kms(nowhere)).await;
    assert!(told.contains("secrets.endpoint does not lead"), "{told}");
}

#[tokio::test]
async fn values_of_the_key_before_and_of_no_kms_still_open() {
    let Some(kms) = servers::kms().await else {
        return;
    };
    let world = world_on(Engines::default(), EgressPolicy::default()).await;
    let kind = ketrics_directory::GrantKind::Secret;
    for code in ["local", "first", "second"] {
        world.grant(kind, code, &[]).await;
    }
    let seal = |services: Services, code: &'static str| {
        let tenant = world.acme.id;
        async move { services.seal_secret(tenant, code, code).await.unwrap() }
    };
    seal(world.services.clone(), "local").await;
    let mut later = Vec::new();
    let endpoint = kms.access.endpoint.clone().unwrap();
    let second = ketrics_services::KmsConfig {
        key_id: servers::new_key(&endpoint).await,
        ..kms.clone()
    };
    for (config, code) in [(kms, "first"), (second, "second")] {
        let engines = Engines {
            secrets: SecretEngine::Kms(config),
            ..Engines::default()
        };
        let services = world.on(engines).await;
        seal(services.clone(), code).await;
        later.push(services);
    }
    let read = |code: &str| {
        let secret = code.to_owned();
        let call = ServiceCall::Secret(ketrics_protocol::SecretCall::Get { secret });
        let services = later[1].clone();
        let one = world.invocation();
        async move { services.handle(&one, call).await }
    };
    for code in ["local", "first", "second"] {
        match read(code).await {
            Ok(ServiceReply::Secret(ketrics_protocol::SecretReply::Get { value })) => {
                assert_eq!(value, code);
            }
            other => panic!("{code}: {other:?}"),
        }
    }
    // Without KMS, what it sealed does not open, and nothing tells why.
    let call = ketrics_protocol::SecretCall::Get {
        secret: "first".into(),
    };
    let error = world
        .call(&world.invocation(), ServiceCall::Secret(call))
        .await;
    assert_eq!(told(&error.unwrap_err()).0, "SecretDecryptionError");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_the_server_keeps_are_told_and_all_others_go() {
    let Some(endpoint) = servers::s3().await else {
        return;
    };
    // A bucket of its own: its policy keeps some objects from being deleted.
    let bucket = format!("ketrics-test-{}", uuid::Uuid::new_v4().simple());
    let client = servers::client(&endpoint);
    client.create_bucket().bucket(&bucket).send().await.unwrap();
    let engines = Engines {
        volumes: VolumeEngine::S3(S3Config {
            bucket: bucket.clone(),
            ..servers::bucket(&endpoint)
        }),
        ..Engines::default()
    };
    let world = world_on(engines, EgressPolicy::default()).await;
    world.volume("v", &["*"], VolumeSpec::default()).await;
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:DeleteObject",
            "Resource": format!("arn:aws:s3:::{bucket}/*.kept"),
        }],
    });
    let (world, client) = (&world, &client);
    let name = |number: u32| {
        let kept = if number % 400 == 7 { ".kept" } else { "" };
        format!("d/{number:04}{kept}")
    };
    let puts = (0..1_100).map(|number| async move {
        put(world, &name(number), PutOptions::default())
            .await
            .unwrap()
    });
    let puts: Vec<_> = stream::iter(puts).buffer_unordered(16).collect().await;
    assert_eq!(puts.len(), 1_100);
    let put_policy = client.put_bucket_policy().bucket(&bucket);
    put_policy.policy(policy.to_string()).send().await.unwrap();
    let call = VolumeCall::DeleteByPrefix {
        volume: "v".into(),
        prefix: "d/".into(),
    };
    let VolumeReply::DeleteByPrefix {
        deleted_keys,
        errors,
    } = ask(world, call).await.unwrap()
    else {
        panic!()
    };
    let kept = ["d/0007.kept", "d/0407.kept", "d/0807.kept"];
    let told: Vec<_> = errors
        .iter()
        .map(|(key, code, _)| (key.as_str(), code.as_str()))
        .collect();
    assert_eq!(told, kept.map(|key| (key, "AccessDenied")));
    assert!(
        errors
            .iter()
            .all(|(_, _, message)| !message.contains(&bucket))
    );
    assert_eq!(deleted_keys.len(), 1_097);
    assert_eq!(list(world, "d/", None).await.0, kept);
    client
        .delete_bucket_policy()
        .bucket(&bucket)
        .send()
        .await
        .unwrap();
    let call = VolumeCall::DeleteByPrefix {
        volume: "v".into(),
        prefix: "d/".into(),
    };
    ask(world, call).await.unwrap();
    client.delete_bucket().bucket(&bucket).send().await.unwrap();
}
