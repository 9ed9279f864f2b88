//! Messages in users' inboxes.

use crate::ApplicationId;
use crate::Directory;
use crate::DirectoryError;
use crate::MessageId;
use crate::TenantId;
use crate::UserId;
use crate::database::storable;
use crate::now;
use crate::pushes::queue_push;
use sqlx::Row;
use sqlx::any::AnyRow;

/// How urgent a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePriority {
    /// Not urgent.
    Low,
    /// As usual.
    Medium,
    /// Urgent.
    High,
}

impl MessagePriority {
    fn column(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }

    fn from_column(text: &str) -> Result<Self, DirectoryError> {
        match text {
            "LOW" => Ok(Self::Low),
            "MEDIUM" => Ok(Self::Medium),
            "HIGH" => Ok(Self::High),
            other => Err(DirectoryError::Damaged(format!("message priority {other}"))),
        }
    }
}

/// A message that is about to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The application's own type.
    pub kind: String,
    /// One line.
    pub subject: String,
    /// Markdown.
    pub body: String,
    /// How urgent it is.
    pub priority: MessagePriority,
    /// Where a click leads.
    pub action_url: Option<String>,
    /// Custom data, as JSON.
    pub data: Option<String>,
    /// Milliseconds since the epoch; the inbox does not show it any longer then.
    pub expires_at: Option<i64>,
}

/// By which ways a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channels {
    /// Into the inbox.
    Inbox,
    /// Into the inbox, and from there it is pushed.
    InboxAndPush,
}

/// Which messages of an inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InboxView {
    /// All that have not expired.
    #[default]
    All,
    /// Those of them that were not marked as read.
    Unread,
}

/// Where a page of an inbox ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxPosition {
    /// When its last message was sent.
    pub created_at: i64,
    /// That message.
    pub id: MessageId,
}

/// One page of an inbox.
#[derive(Clone, Copy, Debug)]
pub struct InboxPage {
    /// Which messages.
    pub view: InboxView,
    /// Where the page before ended.
    pub behind: Option<InboxPosition>,
    /// Messages at the most.
    pub limit: u32,
}

/// A message in an inbox.
#[derive(Clone, Debug)]
pub struct InboxMessage {
    /// The message's id.
    pub id: MessageId,
    /// The application that sent it.
    pub application_id: ApplicationId,
    /// That application's code.
    pub application_code: String,
    /// What it says.
    pub content: NewMessage,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch; `None` while it is unread.
    pub read_at: Option<i64>,
}

fn message(row: &AnyRow) -> Result<InboxMessage, DirectoryError> {
    Ok(InboxMessage {
        id: row.try_get::<String, _>("id")?.parse()?,
        application_id: row.try_get::<String, _>("application_id")?.parse()?,
        application_code: row.try_get("application_code")?,
        content: NewMessage {
            kind: row.try_get("type")?,
            subject: row.try_get("subject")?,
            body: row.try_get("body")?,
            priority: MessagePriority::from_column(&row.try_get::<String, _>("priority")?)?,
            action_url: row.try_get("action_url")?,
            data: row.try_get("data")?,
            expires_at: row.try_get("expires_at")?,
        },
        created_at: row.try_get("created_at")?,
        read_at: row.try_get("read_at")?,
    })
}

impl Directory {
    /// Puts a message into each user's inbox, and with it what has it pushed. The answer names the
    /// message per user, in order; `None` for a user that the tenant does not have.
    ///
    /// # Errors
    /// When the directory does not answer; then nobody has the message.
    pub async fn send_messages(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        users: &[UserId],
        new: &NewMessage,
        channels: Channels,
    ) -> Result<Vec<Option<MessageId>>, DirectoryError> {
        let created_at = now();
        let mut transaction = self.begin().await?;
        let mut sent = Vec::with_capacity(users.len());
        for user in users {
            let id = MessageId::new();
            let done = sqlx::query(
                "INSERT INTO messages (id, tenant_id, user_id, application_id, type, subject, \
                 body, priority, action_url, data, expires_at, created_at) \
                 SELECT $1, u.tenant_id, u.id, a.id, $5, $6, $7, $8, $9, $10, $11, $12 \
                 FROM users u JOIN applications a ON a.tenant_id = u.tenant_id \
                 WHERE u.tenant_id = $2 AND u.id = $3 AND a.id = $4",
            )
            .bind(id.to_string())
            .bind(tenant.to_string())
            .bind(user.to_string())
            .bind(application.to_string())
            .bind(storable(&new.kind))
            .bind(storable(&new.subject))
            .bind(storable(&new.body))
            .bind(new.priority.column())
            .bind(new.action_url.as_deref().map(storable))
            .bind(new.data.as_deref())
            .bind(new.expires_at)
            .bind(created_at)
            .execute(&mut *transaction)
            .await?;
            let is_sent = done.rows_affected() == 1;
            if is_sent && channels == Channels::InboxAndPush {
                queue_push(&mut transaction, id, created_at).await?;
            }
            sent.push(is_sent.then_some(id));
        }
        transaction.commit().await?;
        Ok(sent)
    }

    /// The user's messages that have not expired, newest first.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn inbox(
        &self,
        tenant: TenantId,
        user: UserId,
        limit: u32,
    ) -> Result<Vec<InboxMessage>, DirectoryError> {
        let page = InboxPage {
            view: InboxView::All,
            behind: None,
            limit,
        };
        self.inbox_page(tenant, user, page).await
    }

    /// One page of the user's messages that have not expired, newest first.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn inbox_page(
        &self,
        tenant: TenantId,
        user: UserId,
        page: InboxPage,
    ) -> Result<Vec<InboxMessage>, DirectoryError> {
        let InboxPage {
            view,
            behind,
            limit,
        } = page;
        let rows = sqlx::query(
            "SELECT m.id, m.application_id, a.code AS application_code, m.type, m.subject, \
             m.body, m.priority, m.action_url, m.data, m.expires_at, m.created_at, m.read_at \
             FROM messages m JOIN applications a ON a.id = m.application_id \
             WHERE m.tenant_id = $1 AND m.user_id = $2 \
             AND (m.expires_at IS NULL OR m.expires_at > $3) \
             AND ($4 = 0 OR m.read_at IS NULL) \
             AND ($5 = 0 OR m.created_at < $6 OR (m.created_at = $6 AND m.id < $7)) \
             ORDER BY m.created_at DESC, m.id DESC LIMIT $8",
        )
        .bind(tenant.to_string())
        .bind(user.to_string())
        .bind(now())
        .bind(i64::from(view == InboxView::Unread))
        .bind(i64::from(behind.is_some()))
        .bind(behind.map_or(0, |position| position.created_at))
        .bind(behind.map_or_else(String::new, |position| position.id.to_string()))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(message).collect()
    }

    /// How many of the user's messages are unread and have not expired.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn unread_messages(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<u64, DirectoryError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM messages WHERE tenant_id = $1 AND user_id = $2 \
             AND read_at IS NULL AND (expires_at IS NULL OR expires_at > $3)",
        )
        .bind(tenant.to_string())
        .bind(user.to_string())
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Marks a user's message as read; the first time counts. False when the user has no such
    /// message.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn mark_message_read(
        &self,
        tenant: TenantId,
        user: UserId,
        id: MessageId,
    ) -> Result<bool, DirectoryError> {
        let done = sqlx::query(
            "UPDATE messages SET read_at = COALESCE(read_at, $4) \
             WHERE tenant_id = $1 AND user_id = $2 AND id = $3",
        )
        .bind(tenant.to_string())
        .bind(user.to_string())
        .bind(id.to_string())
        .bind(now())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
