//! What the directory knows.

use crate::places::Place;
use crate::places::on_both;
use ketrics_directory::Application;
use ketrics_directory::Assignee;
use ketrics_directory::Bundle;
use ketrics_directory::BundleFormat;
use ketrics_directory::Channels;
use ketrics_directory::DEPLOYMENT_TOKEN_PREFIX;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::DeploymentId;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::GrantKind;
use ketrics_directory::Lookup;
use ketrics_directory::MessagePriority;
use ketrics_directory::NewDeployment;
use ketrics_directory::NewMessage;
use ketrics_directory::Requestor;
use ketrics_directory::Tenant;
use ketrics_directory::UserId;
use ketrics_directory::VolumeSpec;
use std::time::Duration;

on_both! {
    a_reopened_directory_knows_what_it_knew,
    ensuring_again_keeps_the_id_and_takes_the_new_name,
    another_tenants_application_does_not_exist,
    permissions_are_the_union_of_own_and_group_roles,
    a_service_account_has_no_part_in_a_users_roles,
    the_active_deployment_is_one_of_the_applications_own,
    declaring_a_variable_never_overwrites_it,
    a_lookup_tells_missing_from_not_granted_from_granted,
    a_grant_of_one_kind_is_none_of_another,
    platform_permissions_belong_to_the_application,
    the_inbox_shows_what_has_not_expired_newest_first,
    no_message_that_is_to_be_pushed_is_seen_without_its_push,
    a_character_that_postgresql_does_not_store_harms_nothing,
    a_deployment_token_is_good_for_its_application_until_it_is_revoked,
}

struct World {
    directory: Directory,
    acme: Tenant,
    orders: Application,
    other: Tenant,
    other_orders: Application,
    _place: Place,
}

async fn world(place: Place) -> World {
    let directory = place.open().await;
    let acme = directory.ensure_tenant("acme", "Acme").await.unwrap();
    let orders = directory
        .ensure_application(acme.id, "orders", "Orders")
        .await
        .unwrap();
    let other = directory.ensure_tenant("other", "Other").await.unwrap();
    let other_orders = directory
        .ensure_application(other.id, "orders", "Orders")
        .await
        .unwrap();
    World {
        directory,
        acme,
        orders,
        other,
        other_orders,
        _place: place,
    }
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn deployment(source: &str) -> NewDeployment {
    NewDeployment {
        id: DeploymentId::new(),
        version: "1.0.0".into(),
        config: "{}".into(),
        bundle: Bundle {
            name: "index.js".into(),
            format: BundleFormat::EsModule,
            source: source.into(),
            source_map: None,
        },
        report: "{}".into(),
    }
}

async fn a_reopened_directory_knows_what_it_knew(place: Place) {
    let first = place.open().await;
    let tenant = first.ensure_tenant("acme", "Acme").await.unwrap();
    first.close().await;
    let second = place.open().await;
    second.ping().await.unwrap();
    assert_eq!(
        second.find_tenant("acme").await.unwrap(),
        Some(tenant.clone())
    );
    assert_eq!(
        second.find_tenant(&tenant.id.to_string()).await.unwrap(),
        Some(tenant)
    );
    assert_eq!(second.find_tenant("nobody").await.unwrap(), None);
}

async fn ensuring_again_keeps_the_id_and_takes_the_new_name(place: Place) {
    let world = world(place).await;
    let again = world
        .directory
        .ensure_tenant("acme", "Acme Inc.")
        .await
        .unwrap();
    assert_eq!(again.id, world.acme.id);
    assert_eq!(again.name, "Acme Inc.");
}

async fn another_tenants_application_does_not_exist(place: Place) {
    let world = world(place).await;
    let find = |tenant, id: String| {
        let directory = world.directory.clone();
        async move { directory.find_application(tenant, &id).await.unwrap() }
    };
    assert_eq!(
        find(world.acme.id, "orders".into()).await,
        Some(world.orders.clone())
    );
    assert_eq!(
        find(world.acme.id, world.orders.id.to_string()).await,
        Some(world.orders.clone())
    );
    assert_eq!(
        find(world.acme.id, world.other_orders.id.to_string()).await,
        None
    );
    assert_eq!(
        find(world.other.id, "orders".into()).await,
        Some(world.other_orders)
    );
}

async fn permissions_are_the_union_of_own_and_group_roles(place: Place) {
    let World {
        directory,
        acme,
        orders,
        other,
        _place,
        ..
    } = world(place).await;
    let ada = directory
        .ensure_user(acme.id, "ada@acme.test", "Ada", "L")
        .await
        .unwrap();
    let who = Requestor::User(ada.id);
    assert_eq!(
        directory.permissions_of(who, orders.id).await.unwrap(),
        None
    );

    let reader = directory
        .ensure_role(orders.id, "reader", "Reader", &words(&["read"]))
        .await
        .unwrap();
    let nothing = directory
        .ensure_role(orders.id, "guest", "Guest", &[])
        .await
        .unwrap();
    directory
        .assign_role(nothing.id, Assignee::User(ada.id))
        .await
        .unwrap();
    assert_eq!(
        directory.permissions_of(who, orders.id).await.unwrap(),
        Some(vec![])
    );

    directory
        .assign_role(reader.id, Assignee::User(ada.id))
        .await
        .unwrap();
    directory
        .assign_role(reader.id, Assignee::User(ada.id))
        .await
        .unwrap();
    let clerk = directory
        .ensure_role(
            orders.id,
            "clerk",
            "Clerk",
            &words(&["write", "approve", "read"]),
        )
        .await
        .unwrap();
    let staff = directory
        .ensure_group(acme.id, "staff", "Staff")
        .await
        .unwrap();
    directory.add_group_member(staff.id, ada.id).await.unwrap();
    directory
        .assign_role(clerk.id, Assignee::Group(staff.id))
        .await
        .unwrap();
    assert_eq!(
        directory.permissions_of(who, orders.id).await.unwrap(),
        Some(words(&["approve", "read", "write"]))
    );

    let boss = directory
        .ensure_role(orders.id, "boss", "Boss", &words(&["*"]))
        .await
        .unwrap();
    directory
        .assign_role(boss.id, Assignee::User(ada.id))
        .await
        .unwrap();
    assert_eq!(
        directory.permissions_of(who, orders.id).await.unwrap(),
        Some(words(&["*"]))
    );
    directory
        .unassign_role(boss.id, Assignee::User(ada.id))
        .await
        .unwrap();
    assert_eq!(
        directory
            .permissions_of(who, orders.id)
            .await
            .unwrap()
            .unwrap()
            .len(),
        3
    );

    let stranger = directory
        .ensure_user(other.id, "eve@other.test", "Eve", "X")
        .await
        .unwrap();
    let refused = directory
        .assign_role(reader.id, Assignee::User(stranger.id))
        .await;
    assert!(matches!(refused, Err(DirectoryError::Missing(_))));
    let refused = directory.add_group_member(staff.id, stranger.id).await;
    assert!(matches!(refused, Err(DirectoryError::Missing(_))));
    assert_eq!(
        directory.group_members(acme.id, staff.id).await.unwrap(),
        vec![ada]
    );
    assert_eq!(
        directory.group_members(other.id, staff.id).await.unwrap(),
        vec![]
    );
}

async fn a_service_account_has_no_part_in_a_users_roles(place: Place) {
    let World {
        directory,
        acme,
        orders,
        _place,
        ..
    } = world(place).await;
    let robot = directory
        .ensure_service_account(acme.id, "robot", "Robot")
        .await
        .unwrap();
    let role = directory
        .ensure_role(orders.id, "r", "R", &words(&["read"]))
        .await
        .unwrap();
    directory
        .assign_role(role.id, Assignee::ServiceAccount(robot.id))
        .await
        .unwrap();
    let as_user = Requestor::User(UserId(robot.id.0));
    assert_eq!(
        directory.permissions_of(as_user, orders.id).await.unwrap(),
        None
    );
    let as_itself = Requestor::ServiceAccount(robot.id);
    assert_eq!(
        directory
            .permissions_of(as_itself, orders.id)
            .await
            .unwrap(),
        Some(words(&["read"]))
    );
}

async fn the_active_deployment_is_one_of_the_applications_own(place: Place) {
    let World {
        directory,
        orders,
        other_orders,
        _place,
        ..
    } = world(place).await;
    assert_eq!(directory.active_deployment(orders.id).await.unwrap(), None);
    let first = directory
        .create_deployment(orders.id, deployment("1"))
        .await
        .unwrap();
    let second = directory
        .create_deployment(orders.id, deployment("2"))
        .await
        .unwrap();
    assert_eq!(directory.active_deployment(orders.id).await.unwrap(), None);
    directory
        .activate_deployment(orders.id, first.id)
        .await
        .unwrap();
    directory
        .activate_deployment(orders.id, second.id)
        .await
        .unwrap();
    let active = directory
        .active_deployment(orders.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(active, second);
    let bundle = directory.bundle(active.id).await.unwrap().unwrap();
    assert_eq!(
        (bundle.source.as_str(), bundle.format),
        ("2", BundleFormat::EsModule)
    );
    assert_eq!(directory.deployments(orders.id).await.unwrap().len(), 2);

    let refused = directory
        .activate_deployment(other_orders.id, first.id)
        .await;
    assert!(matches!(refused, Err(DirectoryError::Missing(_))));
    assert_eq!(
        directory.active_deployment(other_orders.id).await.unwrap(),
        None
    );
}

async fn declaring_a_variable_never_overwrites_it(place: Place) {
    let World {
        directory,
        orders,
        _place,
        ..
    } = world(place).await;
    directory
        .declare_environment(orders.id, "MAIN_DB")
        .await
        .unwrap();
    directory
        .set_environment(orders.id, "MAIN_DB", "shop")
        .await
        .unwrap();
    directory
        .declare_environment(orders.id, "MAIN_DB")
        .await
        .unwrap();
    directory
        .declare_environment(orders.id, "LEVEL")
        .await
        .unwrap();
    let values = directory.environment(orders.id).await.unwrap();
    assert_eq!(values["MAIN_DB"], "shop");
    assert_eq!(values["LEVEL"], "");
}

async fn a_lookup_tells_missing_from_not_granted_from_granted(place: Place) {
    let World {
        directory,
        acme,
        orders,
        other,
        other_orders,
        _place,
        ..
    } = world(place).await;
    let look = |tenant, application| {
        let directory = directory.clone();
        async move {
            directory
                .lookup_volume(tenant, application, "labels")
                .await
                .unwrap()
        }
    };
    directory
        .grant(
            orders.id,
            GrantKind::Volume,
            "labels",
            &words(&["GetObject"]),
        )
        .await
        .unwrap();
    assert_eq!(look(acme.id, orders.id).await, Lookup::NotFound);
    let spec = VolumeSpec {
        name: "Labels".into(),
        max_object_bytes: Some(10),
        allowed_content_types: words(&["image/*"]),
    };
    let volume = directory
        .put_volume(acme.id, "labels", &spec)
        .await
        .unwrap();
    assert_eq!(
        look(acme.id, orders.id).await,
        Lookup::Granted {
            resource: volume.clone(),
            permissions: words(&["GetObject"])
        }
    );
    // Neither another tenant nor another tenant's application inside this one gets anywhere.
    assert_eq!(look(other.id, other_orders.id).await, Lookup::NotFound);
    directory
        .grant(other_orders.id, GrantKind::Volume, "labels", &words(&["*"]))
        .await
        .unwrap();
    assert_eq!(look(acme.id, other_orders.id).await, Lookup::AccessDenied);
    assert_eq!(
        directory.find_volume(other.id, volume.id).await.unwrap(),
        None
    );

    directory
        .revoke(orders.id, GrantKind::Volume, "labels")
        .await
        .unwrap();
    assert_eq!(look(acme.id, orders.id).await, Lookup::AccessDenied);
}

async fn a_grant_of_one_kind_is_none_of_another(place: Place) {
    let World {
        directory,
        acme,
        orders,
        _place,
        ..
    } = world(place).await;
    let spec = DatabaseSpec {
        name: "Main".into(),
        engine: "sqlite".into(),
        settings: String::new(),
    };
    directory
        .put_database(acme.id, "main", &spec)
        .await
        .unwrap();
    directory
        .put_secret(acme.id, "main", "sealed")
        .await
        .unwrap();
    directory
        .put_parameter(acme.id, "main", "{}")
        .await
        .unwrap();
    directory
        .grant(orders.id, GrantKind::Secret, "main", &[])
        .await
        .unwrap();
    let database = directory
        .lookup_database(acme.id, orders.id, "main")
        .await
        .unwrap();
    assert_eq!(database, Lookup::AccessDenied);
    let parameter = directory
        .lookup_parameter(acme.id, orders.id, "main")
        .await
        .unwrap();
    assert_eq!(parameter, Lookup::AccessDenied);
    let secret = directory
        .lookup_secret(acme.id, orders.id, "main")
        .await
        .unwrap();
    assert!(matches!(secret, Lookup::Granted { resource, .. } if resource.ciphertext == "sealed"));
}

async fn platform_permissions_belong_to_the_application(place: Place) {
    let World {
        directory,
        orders,
        other_orders,
        _place,
        ..
    } = world(place).await;
    directory
        .grant_platform_permission(orders.id, "iam:ListUsers")
        .await
        .unwrap();
    directory
        .grant_platform_permission(orders.id, "iam:GetGroupData")
        .await
        .unwrap();
    directory
        .grant_platform_permission(orders.id, "iam:GetGroupData")
        .await
        .unwrap();
    assert_eq!(
        directory.platform_permissions(orders.id).await.unwrap(),
        words(&["iam:GetGroupData", "iam:ListUsers"])
    );
    assert!(
        directory
            .platform_permissions(other_orders.id)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn the_inbox_shows_what_has_not_expired_newest_first(place: Place) {
    let World {
        directory,
        acme,
        orders,
        other,
        _place,
        ..
    } = world(place).await;
    let ada = directory
        .ensure_user(acme.id, "ada@acme.test", "Ada", "L")
        .await
        .unwrap();
    let eve = directory
        .ensure_user(other.id, "eve@other.test", "Eve", "X")
        .await
        .unwrap();
    let message = |subject: &str, expires_at| NewMessage {
        kind: "ORDER".into(),
        subject: subject.into(),
        body: "Text".into(),
        priority: MessagePriority::High,
        action_url: None,
        data: Some("{\"a\":1}".into()),
        expires_at,
    };
    let users = [ada.id, eve.id, UserId::new()];
    let sent = directory
        .send_messages(
            acme.id,
            orders.id,
            &users,
            &message("first", None),
            Channels::Inbox,
        )
        .await
        .unwrap();
    assert!(sent[0].is_some() && sent[1].is_none() && sent[2].is_none());
    directory
        .send_messages(
            acme.id,
            orders.id,
            &[ada.id],
            &message("expired", Some(1)),
            Channels::Inbox,
        )
        .await
        .unwrap();
    let inbox = directory.inbox(acme.id, ada.id, 10).await.unwrap();
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].content.subject, "first");
    assert_eq!(inbox[0].read_at, None);
    assert!(
        directory
            .inbox(other.id, eve.id, 10)
            .await
            .unwrap()
            .is_empty()
    );

    let id = sent[0].unwrap();
    assert!(
        !directory
            .mark_message_read(other.id, eve.id, id)
            .await
            .unwrap()
    );
    assert!(
        directory
            .mark_message_read(acme.id, ada.id, id)
            .await
            .unwrap()
    );
    let read_at = directory.inbox(acme.id, ada.id, 10).await.unwrap()[0].read_at;
    assert!(read_at.is_some());
    assert!(
        directory
            .mark_message_read(acme.id, ada.id, id)
            .await
            .unwrap()
    );
    assert_eq!(
        directory.inbox(acme.id, ada.id, 10).await.unwrap()[0].read_at,
        read_at
    );
}

async fn no_message_that_is_to_be_pushed_is_seen_without_its_push(place: Place) {
    const MESSAGES: usize = 40;
    let World {
        directory,
        acme,
        orders,
        _place,
        ..
    } = world(place).await;
    let reader = _place.open().await;
    let ada = directory
        .ensure_user(acme.id, "ada@acme.test", "Ada", "L")
        .await
        .unwrap();
    let message = NewMessage {
        kind: "ORDER".into(),
        subject: "hello".into(),
        body: "Text".into(),
        priority: MessagePriority::High,
        action_url: None,
        data: None,
        expires_at: None,
    };
    let (tenant, application, user) = (acme.id, orders.id, ada.id);
    let writing = tokio::spawn(async move {
        for _ in 0..MESSAGES {
            let channels = Channels::InboxAndPush;
            directory
                .send_messages(tenant, application, &[user], &message, channels)
                .await
                .unwrap();
        }
    });
    let mut claimed = 0;
    while claimed < MESSAGES {
        let seen = reader.inbox(tenant, user, 100).await.unwrap().len();
        while reader
            .claim_push(Duration::from_secs(60))
            .await
            .unwrap()
            .is_some()
        {
            claimed += 1;
        }
        assert!(claimed >= seen, "{seen} messages, {claimed} pushes");
    }
    writing.await.unwrap();
}

async fn a_character_that_postgresql_does_not_store_harms_nothing(place: Place) {
    let World {
        directory,
        acme,
        orders,
        _place,
        ..
    } = world(place).await;
    assert_eq!(directory.find_tenant("ac\0me").await.unwrap(), None);
    let found = directory.find_application(acme.id, "\0").await.unwrap();
    assert_eq!(found, None);
    let looked_up = directory.lookup_volume(acme.id, orders.id, "a\0b").await;
    assert_eq!(looked_up.unwrap(), Lookup::NotFound);
    let ada = directory
        .ensure_user(acme.id, "ada@acme.test", "Ada", "L")
        .await
        .unwrap();
    let message = NewMessage {
        kind: "\0".into(),
        subject: "a\0b".into(),
        body: "\0".into(),
        priority: MessagePriority::Low,
        action_url: None,
        data: None,
        expires_at: None,
    };
    directory
        .send_messages(acme.id, orders.id, &[ada.id], &message, Channels::Inbox)
        .await
        .unwrap();
    let inbox = directory.inbox(acme.id, ada.id, 10).await.unwrap();
    assert_eq!(inbox[0].content.subject, "a\u{fffd}b");
}

async fn a_deployment_token_is_good_for_its_application_until_it_is_revoked(place: Place) {
    let World {
        directory,
        acme,
        orders,
        other,
        other_orders,
        _place,
    } = world(place).await;
    let refused = directory
        .create_deployment_token(acme.id, other_orders.id, "ci", None)
        .await;
    assert!(matches!(refused, Err(DirectoryError::Missing(_))));

    let (made, secret) = directory
        .create_deployment_token(acme.id, orders.id, "ci", None)
        .await
        .unwrap();
    assert!(secret.starts_with(DEPLOYMENT_TOKEN_PREFIX));
    let verify = |secret: String| {
        let directory = directory.clone();
        async move { directory.verify_deployment_token(&secret).await.unwrap() }
    };
    let found = verify(secret.clone()).await.unwrap();
    assert_eq!(found, made);
    assert_eq!(
        (found.tenant_id, found.application_id),
        (acme.id, orders.id)
    );
    assert_eq!(verify(format!("{secret}0")).await, None);
    assert_eq!(verify(secret.to_uppercase()).await, None);
    let listed = directory
        .deployment_tokens(acme.id, orders.id)
        .await
        .unwrap();
    assert!(listed[0].used_at.is_some());
    // Nothing that is listed or kept is the token.
    assert!(!format!("{listed:?}").contains(&secret[4..]));

    let past = Some(1);
    let (_, expired) = directory
        .create_deployment_token(acme.id, orders.id, "old", past)
        .await
        .unwrap();
    assert_eq!(verify(expired).await, None);

    let revoke =
        |tenant, application| directory.revoke_deployment_token(tenant, application, made.id);
    assert!(!revoke(other.id, other_orders.id).await.unwrap());
    assert!(verify(secret.clone()).await.is_some());
    assert!(revoke(acme.id, orders.id).await.unwrap());
    assert_eq!(verify(secret).await, None);
    assert!(
        directory
            .deployment_tokens(other.id, other_orders.id)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_on_postgres_may_start_at_the_same_time() {
    let Some(place) = Place::schema().await else {
        return;
    };
    let hosts = tokio::join!(place.open(), place.open(), place.open());
    hosts.0.ensure_tenant("acme", "Acme").await.unwrap();
    let found = hosts.2.find_tenant("acme").await.unwrap();
    assert_eq!(found.unwrap().name, "Acme");
}
