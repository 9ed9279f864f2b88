//! Pushing messages: a webhook on loopback, and SNS where there is a server that speaks it.

use crate::servers;
use crate::servers::access;
use crate::world::Engines;
use crate::world::World;
use crate::world::world_on;
use aws_lc_rs::hmac;
use aws_sdk_sns::config::BehaviorVersion;
use aws_sdk_sns::config::Credentials;
use aws_sdk_sns::config::Region;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::routing::post;
use ketrics_directory::UserId;
use ketrics_protocol::Delivery;
use ketrics_protocol::DeliveryState;
use ketrics_protocol::Message;
use ketrics_protocol::MessagePriority;
use ketrics_protocol::MessagesCall;
use ketrics_protocol::MessagesReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceReply;
use ketrics_services::EgressPolicy;
use ketrics_services::OpenError;
use ketrics_services::PushConfig;
use ketrics_services::PushEngine;
use ketrics_services::WebhookConfig;
use serde_json::Value;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::mpsc::UnboundedSender;

const SECRET: &str = "a secret of the tests";
/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver that answers with these statuses in turn, the last one for ever.
struct Receiver {
    url: String,
    got: UnboundedReceiver<(HeaderMap, String)>,
}

type Statuses = Arc<Mutex<Vec<u16>>>;

async fn receive(
    State((sender, statuses)): State<(UnboundedSender<(HeaderMap, String)>, Statuses)>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    sender.send((headers, body)).unwrap();
    let mut statuses = statuses.lock().unwrap();
    let status = if statuses.len() > 1 {
        statuses.remove(0)
    } else {
        statuses[0]
    };
    StatusCode::from_u16(status).unwrap()
}

async fn receiver(statuses: &[u16]) -> Receiver {
    let (sender, got) = mpsc::unbounded_channel();
    let statuses = Arc::new(Mutex::new(statuses.to_vec()));
    let router = Router::new()
        .route("/push", post(receive))
        .with_state((sender, statuses));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Receiver { url, got }
}

impl Receiver {
    async fn next(&mut self) -> (HeaderMap, String) {
        tokio::time::timeout(PATIENCE, self.got.recv())
            .await
            .expect("a push")
            .unwrap()
    }
}

async fn pushing(engine: PushEngine, attempts: u32) -> (World, UserId) {
    let engines = Engines {
        push: PushConfig {
            engine,
            attempts,
            first_wait: Duration::from_millis(5),
        },
        ..Engines::default()
    };
    let world = world_on(engines, EgressPolicy::default()).await;
    let user = world
        .directory
        .ensure_user(world.acme.id, "ada@acme.test", "Ada", "X")
        .await
        .unwrap();
    let services = world.services.clone();
    tokio::spawn(async move { services.deliver_pushes().await });
    (world, user.id)
}

fn webhook(url: &str) -> PushEngine {
    PushEngine::Webhook(WebhookConfig {
        url: url.to_owned(),
        secret: SECRET.to_owned().into(),
    })
}

async fn send(world: &World, user: UserId, push: bool) -> Delivery {
    let message = Message {
        kind: "ORDER_SHIPPED".into(),
        subject: "Grüße".into(),
        body: "It is on its way".into(),
        priority: MessagePriority::High,
        push,
        action_url: Some("/orders/7".into()),
        data: Some("{\"order\":7}".into()),
        expires_at: None,
    };
    let call = MessagesCall::Send {
        user_id: user.to_string(),
        message,
    };
    let call = ServiceCall::Messages(call);
    match world.call(&world.invocation(), call).await.unwrap() {
        ServiceReply::Messages(MessagesReply::Send { delivery }) => delivery,
        other => panic!("{other:?}"),
    }
}

/// Waits until a push was given up.
async fn dead(world: &World) -> ketrics_directory::DeadPush {
    let wait = async {
        loop {
            let mut dead = world
                .directory
                .dead_pushes(world.acme.id, 10)
                .await
                .unwrap();
            if let Some(dead) = dead.pop() {
                return dead;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("a dead push")
}

#[tokio::test]
async fn a_push_is_signed_and_says_what_the_inbox_says() {
    let mut receiver = receiver(&[204]).await;
    let (world, ada) = pushing(webhook(&receiver.url), 3).await;
    // What is not to be pushed does not come.
    send(&world, ada, false).await;
    let delivery = send(&world, ada, true).await;
    let (headers, body) = receiver.next().await;
    let said: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(said["messageId"], delivery.message_id);
    assert_eq!(said["tenant"]["code"], "acme");
    assert_eq!(said["application"], "orders");
    assert_eq!(said["user"]["email"], "ada@acme.test");
    assert_eq!(said["subject"], "Grüße");
    assert_eq!(said["priority"], "HIGH");
    assert_eq!(said["data"]["order"], 7);
    let signed = format!(
        "{}.{body}",
        headers["x-ketrics-timestamp"].to_str().unwrap()
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let expected: String = hmac::sign(&key, signed.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(headers["x-ketrics-signature"], format!("sha256={expected}"));
}

#[tokio::test]
async fn a_push_that_fails_is_tried_again_until_it_works() {
    let mut receiver = receiver(&[500, 429, 200]).await;
    let (world, ada) = pushing(webhook(&receiver.url), 5).await;
    let delivery = send(&world, ada, true).await;
    for _ in 0..3 {
        let (_, body) = receiver.next().await;
        let said: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(said["messageId"], delivery.message_id);
    }
    // The next one is not held up, and the first does not come again.
    let second = send(&world, ada, true).await;
    let (_, body) = receiver.next().await;
    assert!(body.contains(&second.message_id));
    assert_eq!(
        world
            .directory
            .dead_pushes(world.acme.id, 10)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_push_that_never_works_is_kept_as_dead_and_the_inbox_has_the_message() {
    for (status, attempts) in [(503, 3), (410, 1), (302, 1)] {
        let receiver = receiver(&[status]).await;
        let (world, ada) = pushing(webhook(&receiver.url), 3).await;
        let delivery = send(&world, ada, true).await;
        assert_eq!(delivery.status, DeliveryState::Sent);
        let dead = dead(&world).await;
        assert_eq!(dead.message_id.to_string(), delivery.message_id);
        assert_eq!((dead.user_id, dead.attempts), (ada, attempts), "{status}");
        assert!(dead.error.contains(&status.to_string()), "{}", dead.error);
        let inbox = world.directory.inbox(world.acme.id, ada, 10).await.unwrap();
        assert_eq!(inbox[0].id, dead.message_id);
        let others = world
            .directory
            .dead_pushes(world.other.id, 10)
            .await
            .unwrap();
        assert_eq!(others, []);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_tried_again_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:hidden@{}/", listener.local_addr().unwrap());
    drop(listener);
    let (world, ada) = pushing(webhook(&url), 2).await;
    send(&world, ada, true).await;
    let dead = dead(&world).await;
    assert_eq!(dead.attempts, 2);
    assert!(!dead.error.contains("hidden"), "{}", dead.error);
}

#[tokio::test]
async fn a_webhook_that_cannot_work_is_refused_by_its_setting() {
    for (url, secret, setting) in [
        ("ftp://x/", SECRET, "push.url"),
        ("x", SECRET, "push.url"),
        ("http://x/", "short", "push.secret"),
    ] {
        let engines = Engines {
            push: PushConfig {
                engine: PushEngine::Webhook(WebhookConfig {
                    url: url.to_owned(),
                    secret: secret.to_owned().into(),
                }),
                ..PushConfig::default()
            },
            ..Engines::default()
        };
        let world = crate::world::world().await;
        let path = world.folder.path();
        let opened =
            crate::world::open(path, &world.directory, EgressPolicy::default(), &engines).await;
        let error: OpenError = opened.err().unwrap();
        assert!(error.to_string().starts_with(setting), "{error}");
    }
}

#[tokio::test]
async fn a_topic_of_sns_passes_pushes_on_to_its_subscribers() {
    let Some(endpoint) = servers::aws() else {
        return;
    };
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(&endpoint)
        .credentials_provider(Credentials::new("test", "testtest", None, None, "test"))
        .build();
    let client = aws_sdk_sns::Client::from_conf(config);
    let topic = format!("pushes-{}", uuid::Uuid::new_v4());
    let topic = client.create_topic().name(topic).send().await.unwrap();
    let topic_arn = topic.topic_arn.unwrap();
    let mut receiver = receiver(&[200]).await;
    client
        .subscribe()
        .topic_arn(&topic_arn)
        .protocol("http")
        // It comes only if these attributes are there.
        .attributes(
            "FilterPolicy",
            r#"{ "tenant": ["acme"], "application": ["orders"], "priority": ["HIGH"] }"#,
        )
        .endpoint(&receiver.url)
        .send()
        .await
        .unwrap();
    let engine = PushEngine::Sns {
        topic_arn: topic_arn.clone(),
        access: access(&endpoint),
    };
    let (world, ada) = pushing(engine, 3).await;
    let delivery = send(&world, ada, true).await;
    let (_, body) = receiver.next().await;
    let said: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(said["TopicArn"], topic_arn);
    let inner: Value = serde_json::from_str(said["Message"].as_str().unwrap()).unwrap();
    assert_eq!(inner["messageId"], delivery.message_id);
    assert_eq!(inner["user"]["id"], ada.to_string());
    client
        .delete_topic()
        .topic_arn(&topic_arn)
        .send()
        .await
        .unwrap();
    let engines = Engines {
        push: PushConfig {
            engine: PushEngine::Sns {
                topic_arn: "arn:aws:sns:us-east-1:123456789012:nothing".to_owned(),
                access: access(&endpoint),
            },
            ..PushConfig::default()
        },
        ..Engines::default()
    };
    let path = world.folder.path();
    let opened =
        crate::world::open(path, &world.directory, EgressPolicy::default(), &engines).await;
    let error = opened.err().unwrap().to_string();
    assert!(error.starts_with("push.topic_arn"), "{error}");
}
