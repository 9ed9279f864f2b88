//! The list of a tenant's users, as its applications may see it.

use crate::Directory;
use crate::DirectoryError;
use crate::GroupId;
use crate::TenantId;
use crate::UserId;

/// Whether a user may do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// The user's roles count.
    Active,
    /// The user has no role anywhere, whatever is assigned.
    Inactive,
}

impl UserStatus {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    pub(crate) fn from_column(text: &str) -> Result<Self, DirectoryError> {
        match text {
            "active" => Ok(Self::Active),
            "inactive" => Ok(Self::Inactive),
            other => Err(DirectoryError::Damaged(format!("user status {other}"))),
        }
    }
}

/// A user and the groups that the user is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUser {
    /// The user's id.
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Whether the user may do anything.
    pub status: UserStatus,
    /// Ids and codes of the groups, by code.
    pub groups: Vec<(GroupId, String)>,
}

type Row = (
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
);

impl Directory {
    /// The tenant's users with their groups, by e-mail address.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn list_users(&self, tenant: TenantId) -> Result<Vec<ListedUser>, DirectoryError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT u.id, u.email, u.first_name, u.last_name, u.status, g.id, g.code \
             FROM users u \
             LEFT JOIN group_members m ON m.user_id = u.id \
             LEFT JOIN groups g ON g.id = m.group_id AND g.tenant_id = u.tenant_id \
             WHERE u.tenant_id = $1 ORDER BY u.email, u.id, g.code",
        )
        .bind(tenant.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut users: Vec<ListedUser> = Vec::new();
        for (id, email, first_name, last_name, status, group, code) in rows {
            let id: UserId = id.parse()?;
            if users.last().is_none_or(|user| user.id != id) {
                let status = UserStatus::from_column(&status)?;
                users.push(ListedUser {
                    id,
                    email,
                    first_name,
                    last_name,
                    status,
                    groups: Vec::new(),
                });
            }
            if let (Some(user), Some(group), Some(code)) = (users.last_mut(), group, code) {
                user.groups.push((group.parse()?, code));
            }
        }
        Ok(users)
    }

    /// Switches a user off, or on again. False when the tenant has no such user.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn set_user_status(
        &self,
        tenant: TenantId,
        user: UserId,
        status: UserStatus,
    ) -> Result<bool, DirectoryError> {
        let done = sqlx::query("UPDATE users SET status = $3 WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.to_string())
            .bind(user.to_string())
            .bind(status.name())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
