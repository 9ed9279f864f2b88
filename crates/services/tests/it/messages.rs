//! `ketrics.Messages` into inboxes.

use crate::world::World;
use crate::world::told;
use crate::world::world;
use ketrics_directory::UserId;
use ketrics_protocol::Delivery;
use ketrics_protocol::DeliveryState;
use ketrics_protocol::Message;
use ketrics_protocol::MessagePriority;
use ketrics_protocol::MessagesCall;
use ketrics_protocol::MessagesReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;

async fn send(world: &World, call: MessagesCall) -> Result<Vec<Delivery>, ServiceError> {
    match world
        .call(&world.invocation(), ServiceCall::Messages(call))
        .await?
    {
        ServiceReply::Messages(
            MessagesReply::SendBulk { deliveries } | MessagesReply::SendToGroup { deliveries },
        ) => Ok(deliveries),
        ServiceReply::Messages(MessagesReply::Send { delivery }) => Ok(vec![delivery]),
        other => panic!("{other:?}"),
    }
}

fn message() -> Message {
    Message {
        kind: "ORDER_SHIPPED".into(),
        subject: "Shipped".into(),
        body: "It is on its way".into(),
        priority: MessagePriority::High,
        push: true,
        action_url: Some("/orders/7".into()),
        data: Some("{\"order\":7}".into()),
        expires_at: None,
    }
}

async fn user(world: &World, tenant: ketrics_directory::TenantId, name: &str) -> UserId {
    let email = format!("{name}@x.test");
    world
        .directory
        .ensure_user(tenant, &email, name, "X")
        .await
        .unwrap()
        .id
}

#[tokio::test]
async fn a_message_is_in_the_inbox_of_each_user_there_is() {
    let world = world().await;
    let ada = user(&world, world.acme.id, "ada").await;
    let eve = user(&world, world.other.id, "eve").await;
    let user_ids = vec![ada.to_string(), eve.to_string(), "nobody".into()];
    let call = MessagesCall::SendBulk {
        user_ids: user_ids.clone(),
        message: message(),
    };
    let deliveries = send(&world, call).await.unwrap();
    let ids: Vec<_> = deliveries
        .iter()
        .map(|delivery| delivery.user_id.clone())
        .collect();
    assert_eq!(ids, user_ids);
    assert_eq!(deliveries[0].status, DeliveryState::Sent);
    for failed in &deliveries[1..] {
        assert_eq!(failed.status, DeliveryState::Failed);
        assert!(failed.message_id.is_empty() && failed.error.is_some());
    }
    let inbox = world.directory.inbox(world.acme.id, ada, 10).await.unwrap();
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].id.to_string(), deliveries[0].message_id);
    assert_eq!(inbox[0].content.action_url.as_deref(), Some("/orders/7"));
    assert!(
        world
            .directory
            .inbox(world.other.id, eve, 10)
            .await
            .unwrap()
            .is_empty()
    );

    let call = MessagesCall::Send {
        user_id: eve.to_string(),
        message: message(),
    };
    assert_eq!(
        send(&world, call).await.unwrap()[0].status,
        DeliveryState::Failed
    );
}

#[tokio::test]
async fn a_group_takes_the_applications_permissions() {
    let world = world().await;
    let group = world
        .directory
        .ensure_group(world.acme.id, "team", "Team")
        .await
        .unwrap();
    let ada = user(&world, world.acme.id, "ada").await;
    world
        .directory
        .add_group_member(group.id, ada)
        .await
        .unwrap();
    let call = |code: &str| MessagesCall::SendToGroup {
        group_code: code.into(),
        message: message(),
    };
    world
        .directory
        .grant_platform_permission(world.orders.id, "iam:GetGroupData")
        .await
        .unwrap();
    let error = send(&world, call("team")).await.unwrap_err();
    let (class, arguments) = told(&error);
    assert_eq!(class, "TenantGrantPermissionDeniedError");
    assert!(
        arguments[0].contains("permissions: iam:GetMembershipData. Assign"),
        "{arguments:?}"
    );
    world
        .directory
        .grant_platform_permission(world.orders.id, "iam:GetMembershipData")
        .await
        .unwrap();
    let error = send(&world, call("nothing")).await.unwrap_err();
    assert_eq!(told(&error), ("GroupNotFoundError", vec!["nothing".into()]));
    let deliveries = send(&world, call("team")).await.unwrap();
    assert_eq!(deliveries[0].user_id, ada.to_string());
    assert_eq!(
        world
            .directory
            .inbox(world.acme.id, ada, 10)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_message_that_is_not_right_names_what_is_wrong() {
    let world = world().await;
    let ada = user(&world, world.acme.id, "ada").await.to_string();
    let wrong: [(&str, Message); 11] = [
        (
            "type",
            Message {
                kind: String::new(),
                ..message()
            },
        ),
        (
            "subject",
            Message {
                subject: String::new(),
                ..message()
            },
        ),
        (
            "subject",
            Message {
                subject: "é".repeat(201),
                ..message()
            },
        ),
        (
            "body",
            Message {
                body: "é".repeat(10_001),
                ..message()
            },
        ),
        (
            "body",
            Message {
                body: " \n".into(),
                ..message()
            },
        ),
        (
            "actionUrl",
            Message {
                action_url: Some("javascript:alert(1)".into()),
                ..message()
            },
        ),
        (
            "actionUrl",
            Message {
                action_url: Some("//evil.test".into()),
                ..message()
            },
        ),
        (
            "actionUrl",
            Message {
                action_url: Some("orders".into()),
                ..message()
            },
        ),
        (
            "data",
            Message {
                data: Some("{".into()),
                ..message()
            },
        ),
        (
            "expiresAt",
            Message {
                expires_at: Some("tomorrow".into()),
                ..message()
            },
        ),
        (
            "expiresAt",
            Message {
                expires_at: Some("2020-01-01T00:00:00Z".into()),
                ..message()
            },
        ),
    ];
    for (field, message) in wrong {
        let call = MessagesCall::Send {
            user_id: ada.clone(),
            message,
        };
        let error = send(&world, call).await.unwrap_err();
        let (class, arguments) = told(&error);
        assert_eq!(class, "MessageValidationError");
        assert!(arguments[0].starts_with(field), "{field}: {arguments:?}");
    }
    let most = Message {
        subject: "é".repeat(200),
        body: "é".repeat(10_000),
        expires_at: Some("2999-01-01T00:00:00+02:00".into()),
        action_url: Some("https://x.test/a?b#c".into()),
        ..message()
    };
    send(
        &world,
        MessagesCall::Send {
            user_id: ada.clone(),
            message: most,
        },
    )
    .await
    .unwrap();
    for count in [0, 1_001] {
        let user_ids = vec![ada.clone(); count];
        let call = MessagesCall::SendBulk {
            user_ids,
            message: message(),
        };
        let error = send(&world, call).await.unwrap_err();
        assert_eq!(error.class, "MessageValidationError");
    }
}
