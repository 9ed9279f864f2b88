//! Roles: bundles of an application's capabilities, and who has them.

use crate::ApplicationId;
use crate::Directory;
use crate::DirectoryError;
use crate::GroupId;
use crate::RoleId;
use crate::ServiceAccountId;
use crate::UserId;
use std::collections::BTreeSet;

/// The capability that stands for all of them.
const EVERYTHING: &str = "*";

/// Makes a role, or gives it this name and these actions.
pub(crate) const ENSURE_ROLE: &str = "INSERT INTO roles (id, application_id, code, name, actions) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (application_id, code) DO UPDATE \
    SET name = excluded.name, actions = excluded.actions \
    RETURNING id, application_id, code, name, actions";

/// A bundle of capabilities in one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The role's id.
    pub id: RoleId,
    /// The application that it belongs to.
    pub application_id: ApplicationId,
    /// Short name, unique within the application.
    pub code: String,
    /// Display name.
    pub name: String,
    /// The capabilities, or `*`.
    pub actions: Vec<String>,
}

/// Who calls an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requestor {
    /// A person.
    User(UserId),
    /// A machine.
    ServiceAccount(ServiceAccountId),
}

/// Who has a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assignee {
    /// A person.
    User(UserId),
    /// A machine.
    ServiceAccount(ServiceAccountId),
    /// Every member of a group.
    Group(GroupId),
}

impl Assignee {
    fn columns(self) -> (&'static str, String) {
        match self {
            Self::User(id) => ("user", id.to_string()),
            Self::ServiceAccount(id) => ("service_account", id.to_string()),
            Self::Group(id) => ("group", id.to_string()),
        }
    }

    pub(crate) fn from_columns(kind: &str, id: &str) -> Result<Self, DirectoryError> {
        Ok(match kind {
            "user" => Self::User(id.parse()?),
            "service_account" => Self::ServiceAccount(id.parse()?),
            "group" => Self::Group(id.parse()?),
            other => return Err(DirectoryError::Damaged(format!("assignee kind {other}"))),
        })
    }
}

type Row = (String, String, String, String, String);

fn role((id, application_id, code, name, actions): Row) -> Result<Role, DirectoryError> {
    Ok(Role {
        id: id.parse()?,
        application_id: application_id.parse()?,
        code,
        name,
        actions: serde_json::from_str(&actions)?,
    })
}

impl Directory {
    /// The application's role with this code; made, or given this name and these actions, where
    /// needed. Its assignments stay.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ensure_role(
        &self,
        application: ApplicationId,
        code: &str,
        name: &str,
        actions: &[String],
    ) -> Result<Role, DirectoryError> {
        let row: Row = sqlx::query_as(ENSURE_ROLE)
            .bind(RoleId::new().to_string())
            .bind(application.to_string())
            .bind(code)
            .bind(name)
            .bind(serde_json::to_string(actions)?)
            .fetch_one(&self.pool)
            .await?;
        role(row)
    }

    /// The application's roles, by code.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn roles(&self, application: ApplicationId) -> Result<Vec<Role>, DirectoryError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, application_id, code, name, actions FROM roles \
             WHERE application_id = $1 ORDER BY code",
        )
        .bind(application.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(role).collect()
    }

    /// Gives a role to somebody of the same tenant; nothing changes for who has it.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] when role and assignee are not of one tenant.
    pub async fn assign_role(&self, role: RoleId, to: Assignee) -> Result<(), DirectoryError> {
        let (kind, id) = to.columns();
        let done = sqlx::query(
            "INSERT INTO role_assignments (role_id, kind, assignee_id) \
             SELECT r.id, $2, $3 FROM roles r JOIN applications a ON a.id = r.application_id \
             WHERE r.id = $1 AND ( \
               ($2 = 'user' AND EXISTS \
                 (SELECT 1 FROM users x WHERE x.id = $3 AND x.tenant_id = a.tenant_id)) \
               OR ($2 = 'service_account' AND EXISTS \
                 (SELECT 1 FROM service_accounts x WHERE x.id = $3 AND x.tenant_id = a.tenant_id)) \
               OR ($2 = 'group' AND EXISTS \
                 (SELECT 1 FROM groups x WHERE x.id = $3 AND x.tenant_id = a.tenant_id))) \
             ON CONFLICT (role_id, kind, assignee_id) DO UPDATE SET kind = excluded.kind",
        )
        .bind(role.to_string())
        .bind(kind)
        .bind(id)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 0 {
            return Err(DirectoryError::Missing("assignee in the role's tenant"));
        }
        Ok(())
    }

    /// Takes a role away from somebody; nothing changes for who has it not.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn unassign_role(&self, role: RoleId, from: Assignee) -> Result<(), DirectoryError> {
        let (kind, id) = from.columns();
        sqlx::query(
            "DELETE FROM role_assignments WHERE role_id = $1 AND kind = $2 AND assignee_id = $3",
        )
        .bind(role.to_string())
        .bind(kind)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The capabilities that the requestor's roles grant in the application, sorted, or `["*"]`.
    /// `None` when the requestor has no role there at all, itself or through a group, or is a user
    /// who is switched off.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn permissions_of(
        &self,
        requestor: Requestor,
        application: ApplicationId,
    ) -> Result<Option<Vec<String>>, DirectoryError> {
        let (kind, id) = match requestor {
            Requestor::User(id) => ("user", id.to_string()),
            Requestor::ServiceAccount(id) => ("service_account", id.to_string()),
        };
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT r.actions FROM roles r JOIN role_assignments s ON s.role_id = r.id \
             WHERE r.application_id = $1 \
             AND NOT ($2 = 'user' AND EXISTS \
               (SELECT 1 FROM users u WHERE u.id = $3 AND u.status = 'inactive')) \
             AND ( \
               (s.kind = $2 AND s.assignee_id = $3) \
               OR ($2 = 'user' AND s.kind = 'group' AND s.assignee_id IN \
                 (SELECT group_id FROM group_members WHERE user_id = $3)))",
        )
        .bind(application.to_string())
        .bind(kind)
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut actions = BTreeSet::new();
        for (row,) in rows {
            actions.extend(serde_json::from_str::<Vec<String>>(&row)?);
        }
        if actions.contains(EVERYTHING) {
            return Ok(Some(vec![EVERYTHING.to_owned()]));
        }
        Ok(Some(actions.into_iter().collect()))
    }
}
