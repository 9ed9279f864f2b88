//! The one door: every call that tenant code can make, and every reply.

mod ai;
mod applications;
mod database;
mod documentdb;
mod http;
mod job;
mod messages;
mod parameter;
mod secret;
mod users;
mod volume;

pub use ai::AiCall;
pub use ai::AiReply;
pub use ai::ChatMessage;
pub use ai::ChatRole;
pub use applications::ApplicationsCall;
pub use applications::ApplicationsReply;
pub use database::DatabaseCall;
pub use database::DatabaseReply;
pub use documentdb::DocumentDbCall;
pub use documentdb::DocumentDbReply;
pub use documentdb::IndexKey;
pub use documentdb::PageOptions;
pub use http::HttpCall;
pub use http::HttpReply;
pub use job::JobCall;
pub use job::JobError;
pub use job::JobReply;
pub use job::JobState;
pub use job::JobStatus;
pub use messages::Delivery;
pub use messages::DeliveryState;
pub use messages::Message;
pub use messages::MessagePriority;
pub use messages::MessagesCall;
pub use messages::MessagesReply;
pub use parameter::ParameterCall;
pub use parameter::ParameterReply;
pub use secret::SecretCall;
pub use secret::SecretReply;
pub use users::UserGroup;
pub use users::UserInfo;
pub use users::UsersCall;
pub use users::UsersReply;
pub use volume::CopySource;
pub use volume::ObjectInfo;
pub use volume::PutOptions;
pub use volume::SignedUrl;
pub use volume::VolumeCall;
pub use volume::VolumeReply;

use serde::Deserialize;
use serde::Serialize;

/// One call, by service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ServiceCall {
    /// `ketrics.Volume`
    Volume(VolumeCall),
    /// `ketrics.Database`
    Database(DatabaseCall),
    /// `ketrics.Secret`
    Secret(SecretCall),
    /// `ketrics.Job`
    Job(JobCall),
    /// `ketrics.Messages`
    Messages(MessagesCall),
    /// `ketrics.http`
    Http(HttpCall),
    /// `ketrics.Parameter`
    Parameter(ParameterCall),
    /// `ketrics.DocumentDb`
    DocumentDb(DocumentDbCall),
    /// `ketrics.Users`
    Users(UsersCall),
    /// `ketrics.Applications`
    Applications(ApplicationsCall),
    /// `ketrics.AI`
    Ai(AiCall),
}

impl ServiceCall {
    /// The service's name, as receipts and metrics have it.
    #[must_use]
    pub const fn service(&self) -> &'static str {
        match self {
            Self::Volume(_) => "volume",
            Self::Database(_) => "database",
            Self::Secret(_) => "secret",
            Self::Job(_) => "job",
            Self::Messages(_) => "messages",
            Self::Http(_) => "http",
            Self::Parameter(_) => "parameter",
            Self::DocumentDb(_) => "documentDb",
            Self::Users(_) => "users",
            Self::Applications(_) => "applications",
            Self::Ai(_) => "ai",
        }
    }
}

/// The reply to a [`ServiceCall`], of the same service and variant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ServiceReply {
    /// `ketrics.Volume`
    Volume(VolumeReply),
    /// `ketrics.Database`
    Database(DatabaseReply),
    /// `ketrics.Secret`
    Secret(SecretReply),
    /// `ketrics.Job`
    Job(JobReply),
    /// `ketrics.Messages`
    Messages(MessagesReply),
    /// `ketrics.http`
    Http(HttpReply),
    /// `ketrics.Parameter`
    Parameter(ParameterReply),
    /// `ketrics.DocumentDb`
    DocumentDb(DocumentDbReply),
    /// `ketrics.Users`
    Users(UsersReply),
    /// `ketrics.Applications`
    Applications(ApplicationsReply),
    /// `ketrics.AI`
    Ai(AiReply),
}

/// A failed call, as data: the class of the SDK that stands for it and that class's constructor
/// arguments, in order. The message is made by the class, so there is one place that words it.
///
/// ```
/// use ketrics_protocol::ServiceError;
/// let error = ServiceError::new("FileNotFoundError").with("uploads").with("a.txt");
/// assert_eq!(error.class, "FileNotFoundError");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceError {
    /// The full name of an error class of the SDK, or `Error`.
    pub class: String,
    /// What its constructor takes.
    pub arguments: Vec<Argument>,
    /// An error code to set as the property `code`, as Node's clients do (`ECONNREFUSED`).
    pub code: Option<String>,
}

impl ServiceError {
    /// An error of this class without arguments yet.
    #[must_use]
    pub fn new(class: &str) -> Self {
        Self {
            class: class.to_owned(),
            arguments: Vec::new(),
            code: None,
        }
    }

    /// A plain `Error` with this message.
    #[must_use]
    pub fn plain(message: impl Into<String>) -> Self {
        Self::new("Error").with(message.into())
    }

    /// Adds the next constructor argument.
    #[must_use]
    pub fn with(mut self, argument: impl Into<Argument>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets the property `code`.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }
}

/// An argument of an error's constructor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Argument {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// An array of strings.
    List(Vec<String>),
}

impl From<&str> for Argument {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Argument {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<f64> for Argument {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Argument {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<String>> for Argument {
    fn from(value: Vec<String>) -> Self {
        Self::List(value)
    }
}
