//! `ketrics.Users`.

use crate::world::World;
use crate::world::told;
use crate::world::world;
use ketrics_directory::Assignee;
use ketrics_directory::Requestor;
use ketrics_directory::UserStatus;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::UserInfo;
use ketrics_protocol::UsersCall;
use ketrics_protocol::UsersReply;
use ketrics_services::Invocation;

async fn list(world: &World, invocation: &Invocation) -> Result<Vec<UserInfo>, ServiceError> {
    let call = ServiceCall::Users(UsersCall::List {});
    match world.call(invocation, call).await? {
        ServiceReply::Users(UsersReply::List { users }) => Ok(users),
        other => panic!("{other:?}"),
    }
}

async fn permit(world: &World) {
    for application in [world.orders.id, world.stranger.id] {
        world
            .directory
            .grant_platform_permission(application, "iam:ListUsers")
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_application_with_the_permission_lists_its_tenants_users_and_their_groups() {
    let world = world().await;
    permit(&world).await;
    let directory = &world.directory;
    let tenant = world.acme.id;
    let zoe = directory
        .ensure_user(tenant, "zoe@acme.test", "Zoë", "Last")
        .await
        .unwrap();
    let ada = directory
        .ensure_user(tenant, "ada@acme.test", "Ada", "First")
        .await
        .unwrap();
    for code in ["writers", "admins"] {
        let group = directory.ensure_group(tenant, code, code).await.unwrap();
        directory.add_group_member(group.id, ada.id).await.unwrap();
    }
    directory
        .set_user_status(tenant, zoe.id, UserStatus::Inactive)
        .await
        .unwrap();
    let users = list(&world, &world.invocation()).await.unwrap();
    let short: Vec<_> = users
        .iter()
        .map(|user| {
            let groups: Vec<&str> = user
                .groups
                .iter()
                .map(|group| group.group_code.as_str())
                .collect();
            let name = format!("{} {}", user.first_name, user.last_name);
            (user.email.as_str(), name, user.status.as_str(), groups)
        })
        .collect();
    assert_eq!(
        short,
        [
            (
                "ada@acme.test",
                "Ada First".to_owned(),
                "active",
                vec!["admins", "writers"]
            ),
            (
                "zoe@acme.test",
                "Zoë Last".to_owned(),
                "inactive",
                Vec::new()
            ),
        ]
    );
    assert_eq!(users[0].id, ada.id.to_string());
    assert_eq!(list(&world, &world.of_stranger()).await.unwrap(), []);
}

#[tokio::test]
async fn without_the_permission_nobody_is_listed() {
    let world = world().await;
    permit(&world).await;
    let error = list(&world, &world.of_second()).await.unwrap_err();
    assert_eq!(
        told(&error),
        (
            "UsersPermissionDeniedError",
            vec!["iam:ListUsers".to_owned()]
        )
    );
}

#[tokio::test]
async fn a_user_who_is_switched_off_has_no_role() {
    let world = world().await;
    let directory = &world.directory;
    let ada = directory
        .ensure_user(world.acme.id, "ada@acme.test", "Ada", "First")
        .await
        .unwrap();
    let role = directory
        .ensure_role(world.orders.id, "all", "All", &["read".to_owned()])
        .await
        .unwrap();
    directory
        .assign_role(role.id, Assignee::User(ada.id))
        .await
        .unwrap();
    let permissions = async || {
        directory
            .permissions_of(Requestor::User(ada.id), world.orders.id)
            .await
            .unwrap()
    };
    assert!(permissions().await.is_some());
    for (status, has_role) in [(UserStatus::Inactive, false), (UserStatus::Active, true)] {
        directory
            .set_user_status(world.acme.id, ada.id, status)
            .await
            .unwrap();
        assert_eq!(permissions().await.is_some(), has_role, "{status:?}");
    }
    assert!(
        !directory
            .set_user_status(world.other.id, ada.id, UserStatus::Inactive)
            .await
            .unwrap()
    );
}
