//! `ketrics.Users`: the list of the tenant's users, for applications that were given
//! `iam:ListUsers`.

use crate::Invocation;
use crate::failure::opaque;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_protocol::ServiceError;
use ketrics_protocol::UserGroup;
use ketrics_protocol::UserInfo;
use ketrics_protocol::UsersCall;
use ketrics_protocol::UsersReply;

const PERMISSION: &str = "iam:ListUsers";

pub(crate) struct Users {
    directory: Directory,
}

impl Users {
    pub(crate) fn new(directory: Directory) -> Self {
        Self { directory }
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: UsersCall,
    ) -> Result<UsersReply, ServiceError> {
        invocation.check_open()?;
        let UsersCall::List {} = call;
        let caller = invocation.caller();
        let granted = self
            .directory
            .platform_permissions(caller.application_id)
            .await
            .map_err(unexpected)?;
        if granted.iter().all(|permission| permission != PERMISSION) {
            return Err(
                ServiceError::new("UsersPermissionDeniedError").with(vec![PERMISSION.to_owned()])
            );
        }
        let users = self
            .directory
            .list_users(caller.tenant_id)
            .await
            .map_err(unexpected)?;
        let users = users.into_iter().map(|user| UserInfo {
            id: user.id.to_string(),
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            status: user.status.name().to_owned(),
            groups: user
                .groups
                .into_iter()
                .map(|(id, code)| UserGroup {
                    group_id: id.to_string(),
                    group_code: code,
                })
                .collect(),
        });
        Ok(UsersReply::List {
            users: users.collect(),
        })
    }
}

fn unexpected(error: DirectoryError) -> ServiceError {
    opaque("ask the directory about users", error)
}
