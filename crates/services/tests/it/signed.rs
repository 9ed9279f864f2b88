//! Signed URLs.

use crate::servers;
use crate::world::Engines;
use crate::world::World;
use crate::world::memories;
use crate::world::told;
use crate::world::world_on;
use bytes::Bytes;
use futures_util::stream;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::PutOptions;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::SignedUrl;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_services::EgressPolicy;
use std::io;
use std::time::Duration;
use tokio::io::AsyncReadExt;

async fn sign(world: &World, call: VolumeCall) -> Result<SignedUrl, ServiceError> {
    match world
        .call(&world.invocation(), ServiceCall::Volume(call))
        .await?
    {
        ServiceReply::Volume(
            VolumeReply::GenerateDownloadUrl(url) | VolumeReply::GenerateUploadUrl(url),
        ) => Ok(url),
        other => panic!("{other:?}"),
    }
}

fn download(expires_in: Option<f64>, disposition: Option<&str>) -> VolumeCall {
    VolumeCall::GenerateDownloadUrl {
        volume: "v".into(),
        key: "ü/1.pdf".into(),
        expires_in,
        response_content_type: None,
        response_content_disposition: disposition.map(str::to_owned),
    }
}

fn upload(content_type: Option<&str>, max_size: Option<f64>) -> VolumeCall {
    VolumeCall::GenerateUploadUrl {
        volume: "v".into(),
        key: "ü/1.pdf".into(),
        expires_in: None,
        content_type: content_type.map(str::to_owned),
        max_size,
    }
}

fn token(url: &SignedUrl) -> String {
    url.url
        .strip_prefix("http://files.test/volumes/")
        .unwrap()
        .to_owned()
}

async fn send(
    world: &World,
    token: &str,
    content_type: Option<&str>,
    length: Option<u64>,
    parts: Vec<io::Result<Bytes>>,
) -> Result<f64, u16> {
    let sent = world
        .services
        .signed_upload(
            &memories(),
            token,
            content_type,
            length,
            stream::iter(parts),
        )
        .await;
    sent.map(|info| info.size).map_err(|error| error.status())
}

async fn fetch(world: &World, token: &str) -> Result<Vec<u8>, u16> {
    let download = world.services.signed_download(token).await;
    let mut download = download.map_err(|error| error.status())?;
    let mut content = Vec::new();
    download.body.read_to_end(&mut content).await.unwrap();
    Ok(content)
}

fn part(text: &'static str) -> io::Result<Bytes> {
    Ok(Bytes::from_static(text.as_bytes()))
}

async fn open(engines: Engines) -> World {
    let world = world_on(engines, EgressPolicy::default()).await;
    world.volume("v", &["*"], VolumeSpec::default()).await;
    world
}

async fn what_goes_up_by_url_comes_down_by_url(engines: Engines) {
    let world = open(engines).await;
    let up = token(
        &sign(&world, upload(Some("application/pdf"), None))
            .await
            .unwrap(),
    );
    let sent = send(
        &world,
        &up,
        Some("Application/PDF"),
        Some(6),
        vec![part("one"), part("two")],
    );
    assert_eq!(sent.await, Ok(6.0));
    let disposition = "attachment; filename=\"ü.pdf\"";
    let url = sign(&world, download(None, Some(disposition)))
        .await
        .unwrap();
    let down = token(&url);
    assert!(
        down.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
    assert_eq!(fetch(&world, &down).await, Ok(b"onetwo".to_vec()));
    let got = world.services.signed_download(&down).await.unwrap();
    assert_eq!(got.disposition.as_deref(), Some(disposition));
    assert_eq!(got.content_type, "Application/PDF");
}

async fn a_url_is_good_for_its_method_unchanged_and_until_it_expires(engines: Engines) {
    let world = open(engines).await;
    let down = token(&sign(&world, download(None, None)).await.unwrap());
    assert_eq!(fetch(&world, &down).await, Err(404));
    let up = token(&sign(&world, upload(None, None)).await.unwrap());
    assert_eq!(
        send(&world, &up, None, None, vec![part("x")]).await,
        Ok(1.0)
    );
    assert_eq!(fetch(&world, &down).await, Ok(b"x".to_vec()));

    assert_eq!(fetch(&world, &up).await, Err(403));
    assert_eq!(
        send(&world, &down, None, None, vec![part("y")]).await,
        Err(403)
    );
    for place in (0..down.len()).step_by(7) {
        let mut changed = down.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert_eq!(
            fetch(&world, &String::from_utf8(changed).unwrap()).await,
            Err(403)
        );
    }
    assert_eq!(fetch(&world, "").await, Err(403));

    let short = token(&sign(&world, download(Some(1.0), None)).await.unwrap());
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(fetch(&world, &short).await, Err(403));
}

async fn an_upload_url_enforces_size_type_and_completeness(engines: Engines) {
    let world = world_on(engines, EgressPolicy::default()).await;
    let spec = VolumeSpec {
        name: String::new(),
        max_object_bytes: Some(8),
        allowed_content_types: vec!["application/pdf".into(), "image/*".into()],
    };
    world.volume("v", &["*"], spec).await;
    let typed = token(
        &sign(&world, upload(Some("image/png"), Some(4.0)))
            .await
            .unwrap(),
    );
    let open = token(&sign(&world, upload(None, None)).await.unwrap());
    let png = Some("image/png");
    let four = || vec![part("12"), part("34")];
    let five = || vec![part("12"), part("345")];
    assert_eq!(send(&world, &typed, png, None, five()).await, Err(413));
    assert_eq!(send(&world, &typed, png, Some(5), five()).await, Err(413));
    assert_eq!(
        send(&world, &typed, Some("image/gif"), None, four()).await,
        Err(415)
    );
    assert_eq!(send(&world, &typed, None, None, four()).await, Err(415));
    assert_eq!(
        send(&world, &open, Some("text/html"), None, four()).await,
        Err(415)
    );
    assert_eq!(
        send(&world, &open, png, None, vec![part("123456789")]).await,
        Err(413)
    );
    let broken = vec![part("12"), Err(io::Error::other("gone"))];
    assert_eq!(send(&world, &typed, png, None, broken).await, Err(400));
    assert_eq!(
        send(&world, &typed, png, Some(4), vec![part("12")]).await,
        Err(400)
    );
    let down = token(&sign(&world, download(None, None)).await.unwrap());
    assert_eq!(fetch(&world, &down).await, Err(404));
    assert_eq!(send(&world, &typed, png, Some(4), four()).await, Ok(4.0));
    // The type of the key, where neither URL nor request names one.
    assert_eq!(send(&world, &open, None, None, four()).await, Ok(4.0));
}

async fn a_url_that_makes_no_sense_is_not_signed(engines: Engines) {
    let world = open(engines).await;
    for expires_in in [0.0, -1.0, 86_401.0, f64::NAN, f64::INFINITY] {
        let error = sign(&world, download(Some(expires_in), None))
            .await
            .unwrap_err();
        assert!(told(&error).1[0].contains("expiresIn"), "{error:?}");
    }
    sign(&world, download(Some(86_400.0), None)).await.unwrap();
    let error = sign(&world, download(None, Some("x\r\ny: z")))
        .await
        .unwrap_err();
    assert!(
        told(&error).1[0].contains("responseContentDisposition"),
        "{error:?}"
    );
    for max_size in [0.0, 1.5, f64::NAN] {
        let error = sign(&world, upload(None, Some(max_size)))
            .await
            .unwrap_err();
        assert!(told(&error).1[0].contains("maxSize"), "{error:?}");
    }
    world
        .volume("v", &["GetObject"], VolumeSpec::default())
        .await;
    let error = sign(&world, upload(None, None)).await.unwrap_err();
    assert_eq!(error.class, "VolumePermissionDeniedError");
}

async fn a_url_that_may_only_create_does_not_replace(engines: Engines) {
    let world = open(engines).await;
    world
        .volume("v", &["CreateObject", "ReadObject"], VolumeSpec::default())
        .await;
    let up = token(&sign(&world, upload(None, None)).await.unwrap());
    assert_eq!(
        send(&world, &up, None, None, vec![part("1")]).await,
        Ok(1.0)
    );
    assert_eq!(
        send(&world, &up, None, None, vec![part("22")]).await,
        Err(409)
    );
    let options = PutOptions::default();
    let call = VolumeCall::Put {
        volume: "v".into(),
        key: "ü/1.pdf".into(),
        content: vec![1],
        options,
    };
    let error = world
        .call(&world.invocation(), ServiceCall::Volume(call))
        .await
        .unwrap_err();
    assert_eq!(error.class, "VolumePermissionDeniedError");
    let down = token(&sign(&world, download(None, None)).await.unwrap());
    assert_eq!(fetch(&world, &down).await, Ok(b"1".to_vec()));
}

servers::volumes! {
    what_goes_up_by_url_comes_down_by_url,
    a_url_is_good_for_its_method_unchanged_and_until_it_expires,
    an_upload_url_enforces_size_type_and_completeness,
    a_url_that_makes_no_sense_is_not_signed,
    a_url_that_may_only_create_does_not_replace,
}
