//! People, the groups that they are in, and machines' accounts.

use crate::Directory;
use crate::DirectoryError;
use crate::GroupId;
use crate::ServiceAccountId;
use crate::TenantId;
use crate::UserId;
use crate::UserStatus;
use crate::database::storable;
use crate::now;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The tenant that the user belongs to.
    pub tenant_id: TenantId,
    /// E-mail address, unique within the tenant.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Whether the user may do anything.
    pub status: UserStatus,
}

/// A machine's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The account's id.
    pub id: ServiceAccountId,
    /// The tenant that it belongs to.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
}

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// The tenant that it belongs to.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
}

pub(crate) type UserRow = (String, String, String, String, String, String);
pub(crate) type CodeRow = (String, String, String, String);

pub(crate) fn user(
    (id, tenant_id, email, first_name, last_name, status): UserRow,
) -> Result<User, DirectoryError> {
    Ok(User {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        email,
        first_name,
        last_name,
        status: UserStatus::from_column(&status)?,
    })
}

pub(crate) fn account(
    (id, tenant_id, code, name): CodeRow,
) -> Result<ServiceAccount, DirectoryError> {
    Ok(ServiceAccount {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        name,
    })
}

pub(crate) fn group((id, tenant_id, code, name): CodeRow) -> Result<Group, DirectoryError> {
    Ok(Group {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        name,
    })
}

impl Directory {
    /// The tenant's user with this address; made, or given these names, where needed.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ensure_user(
        &self,
        tenant: TenantId,
        email: &str,
        first_name: &str,
        last_name: &str,
    ) -> Result<User, DirectoryError> {
        let row: UserRow = sqlx::query_as(
            "INSERT INTO users (id, tenant_id, email, first_name, last_name, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (tenant_id, email) DO UPDATE \
             SET first_name = excluded.first_name, last_name = excluded.last_name \
             RETURNING id, tenant_id, email, first_name, last_name, status",
        )
        .bind(UserId::new().to_string())
        .bind(tenant.to_string())
        .bind(email)
        .bind(first_name)
        .bind(last_name)
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        user(row)
    }

    /// The tenant's user with this id.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_user(
        &self,
        tenant: TenantId,
        id: UserId,
    ) -> Result<Option<User>, DirectoryError> {
        let row: Option<UserRow> = sqlx::query_as(
            "SELECT id, tenant_id, email, first_name, last_name, status FROM users \
             WHERE tenant_id = $1 AND id = $2",
        )
        .bind(tenant.to_string())
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.map(user).transpose()
    }

    /// The tenant's service account with this code; made, or given this name, where needed.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ensure_service_account(
        &self,
        tenant: TenantId,
        code: &str,
        name: &str,
    ) -> Result<ServiceAccount, DirectoryError> {
        let row: CodeRow = sqlx::query_as(
            "INSERT INTO service_accounts (id, tenant_id, code, name, created_at) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name \
             RETURNING id, tenant_id, code, name",
        )
        .bind(ServiceAccountId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(name)
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        account(row)
    }

    /// The tenant's service account with this id.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_service_account(
        &self,
        tenant: TenantId,
        id: ServiceAccountId,
    ) -> Result<Option<ServiceAccount>, DirectoryError> {
        let row: Option<CodeRow> = sqlx::query_as(
            "SELECT id, tenant_id, code, name FROM service_accounts \
             WHERE tenant_id = $1 AND id = $2",
        )
        .bind(tenant.to_string())
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.map(account).transpose()
    }

    /// The tenant's group with this code; made, or given this name, where needed.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ensure_group(
        &self,
        tenant: TenantId,
        code: &str,
        name: &str,
    ) -> Result<Group, DirectoryError> {
        let row: CodeRow = sqlx::query_as(
            "INSERT INTO groups (id, tenant_id, code, name, created_at) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name \
             RETURNING id, tenant_id, code, name",
        )
        .bind(GroupId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(name)
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        group(row)
    }

    /// The tenant's group with this code.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_group(
        &self,
        tenant: TenantId,
        code: &str,
    ) -> Result<Option<Group>, DirectoryError> {
        let row: Option<CodeRow> = sqlx::query_as(
            "SELECT id, tenant_id, code, name FROM groups WHERE tenant_id = $1 AND code = $2",
        )
        .bind(tenant.to_string())
        .bind(storable(code))
        .fetch_optional(&self.pool)
        .await?;
        row.map(group).transpose()
    }

    /// Makes a user a member of a group of the same tenant; nothing changes for a member.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] when the two are not of one tenant.
    pub async fn add_group_member(
        &self,
        group: GroupId,
        user: UserId,
    ) -> Result<(), DirectoryError> {
        let done = sqlx::query(
            "INSERT INTO group_members (group_id, user_id) \
             SELECT g.id, u.id FROM groups g JOIN users u ON u.tenant_id = g.tenant_id \
             WHERE g.id = $1 AND u.id = $2 \
             ON CONFLICT (group_id, user_id) DO UPDATE SET user_id = excluded.user_id",
        )
        .bind(group.to_string())
        .bind(user.to_string())
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 0 {
            return Err(DirectoryError::Missing("user in the group's tenant"));
        }
        Ok(())
    }

    /// The members of a tenant's group, by id.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn group_members(
        &self,
        tenant: TenantId,
        group: GroupId,
    ) -> Result<Vec<User>, DirectoryError> {
        let rows: Vec<UserRow> = sqlx::query_as(
            "SELECT u.id, u.tenant_id, u.email, u.first_name, u.last_name, u.status \
             FROM group_members m JOIN users u ON u.id = m.user_id \
             WHERE m.group_id = $1 AND u.tenant_id = $2 ORDER BY u.id",
        )
        .bind(group.to_string())
        .bind(tenant.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(user).collect()
    }
}
