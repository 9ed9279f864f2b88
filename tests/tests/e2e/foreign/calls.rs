//! Service calls as an invocation may write them, and the list of them all.

use ketrics_protocol::AiCall;
use ketrics_protocol::ApplicationsCall;
use ketrics_protocol::CopySource;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::DocumentDbCall;
use ketrics_protocol::HttpCall;
use ketrics_protocol::IndexKey;
use ketrics_protocol::JobCall;
use ketrics_protocol::Message;
use ketrics_protocol::MessagePriority;
use ketrics_protocol::MessagesCall;
use ketrics_protocol::PageOptions;
use ketrics_protocol::ParameterCall;
use ketrics_protocol::PutOptions;
use ketrics_protocol::SecretCall;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::UsersCall;
use ketrics_protocol::VolumeCall;
use std::collections::BTreeMap;

/// Codes that both tenants use for what is their own.
pub const FILES: &str = "files";
pub const DB: &str = "db";
pub const KEY: &str = "key";
pub const SETTINGS: &str = "settings";
pub const DOCS: &str = "docs";
pub const TEAM: &str = "team";
pub const BESIDE: &str = "beside";

/// Names every variant, so that a new one does not compile before it stands here, and a test that
/// goes through [`ALL`] fails until it is tried.
macro_rules! every_call {
    ($($service:ident($call:ident): $($variant:ident)*;)*) => {
        /// What a call is called.
        pub fn name(call: &ServiceCall) -> &'static str {
            match call {
                $(ServiceCall::$service(call) => match call {
                    $($call::$variant { .. } => concat!(stringify!($service), "::", stringify!($variant)),)*
                },)*
            }
        }

        /// All calls that there are.
        pub const ALL: &[&str] = &[
            $($(concat!(stringify!($service), "::", stringify!($variant)),)*)*
        ];
    };
}

every_call! {
    Volume(VolumeCall): Connect Get Exists GetMetadata Put StartUpload WriteUpload FinishUpload
        AbortUpload Delete DeleteByPrefix List Copy Move GenerateDownloadUrl GenerateUploadUrl;
    Database(DatabaseCall): Connect Query Execute Begin Commit Rollback Close;
    Secret(SecretCall): Get Exists Encrypt Decrypt;
    Job(JobCall): RunInBackground GetStatus List;
    Messages(MessagesCall): Send SendBulk SendToGroup;
    Http(HttpCall): Request;
    Parameter(ParameterCall): Get;
    DocumentDb(DocumentDbCall): Connect Put Get Delete List Query;
    Users(UsersCall): List;
    Applications(ApplicationsCall): Connect Invoke;
    Ai(AiCall): Chat;
}

/// The field of a call that names a resource by its code, and the error when there is none.
/// Numbers, tokens and ids are not codes.
pub fn code_of(call: &mut ServiceCall) -> Option<(&mut String, &'static str)> {
    match call {
        ServiceCall::Volume(call) => match call {
            VolumeCall::Connect { volume }
            | VolumeCall::Get { volume, .. }
            | VolumeCall::Exists { volume, .. }
            | VolumeCall::GetMetadata { volume, .. }
            | VolumeCall::Put { volume, .. }
            | VolumeCall::StartUpload { volume, .. }
            | VolumeCall::Delete { volume, .. }
            | VolumeCall::DeleteByPrefix { volume, .. }
            | VolumeCall::List { volume, .. }
            | VolumeCall::Copy(CopySource { volume, .. })
            | VolumeCall::Move(CopySource { volume, .. })
            | VolumeCall::GenerateDownloadUrl { volume, .. }
            | VolumeCall::GenerateUploadUrl { volume, .. } => Some((volume, "VolumeNotFoundError")),
            VolumeCall::WriteUpload { .. }
            | VolumeCall::FinishUpload { .. }
            | VolumeCall::AbortUpload { .. } => None,
        },
        ServiceCall::Database(DatabaseCall::Connect { database }) => {
            Some((database, "DatabaseNotFoundError"))
        }
        ServiceCall::Secret(SecretCall::Get { secret }) => Some((secret, "SecretNotFoundError")),
        ServiceCall::Parameter(ParameterCall::Get { parameter }) => {
            Some((parameter, "ParameterNotFoundError"))
        }
        ServiceCall::DocumentDb(call) => match call {
            DocumentDbCall::Connect { database }
            | DocumentDbCall::Put { database, .. }
            | DocumentDbCall::Get { database, .. }
            | DocumentDbCall::Delete { database, .. }
            | DocumentDbCall::List { database, .. }
            | DocumentDbCall::Query { database, .. } => Some((database, "DocumentDbNotFoundError")),
        },
        ServiceCall::Messages(MessagesCall::SendToGroup { group_code, .. }) => {
            Some((group_code, "GroupNotFoundError"))
        }
        ServiceCall::Job(JobCall::RunInBackground {
            application: Some(application),
            ..
        }) => Some((application, "CrossAppPermissionError")),
        ServiceCall::Job(JobCall::GetStatus { job_id }) => Some((job_id, "JobNotFoundError")),
        ServiceCall::Applications(
            ApplicationsCall::Connect { application }
            | ApplicationsCall::Invoke { application, .. },
        ) => Some((application, "ApplicationNotFoundError")),
        // `exists` answers false instead, which the test looks at by itself.
        ServiceCall::Secret(_)
        | ServiceCall::Database(_)
        | ServiceCall::Job(_)
        | ServiceCall::Messages(_)
        | ServiceCall::Http(_)
        | ServiceCall::Users(_)
        | ServiceCall::Ai(_) => None,
    }
}

pub fn get(key: &str) -> VolumeCall {
    VolumeCall::Get {
        volume: FILES.into(),
        key: key.into(),
    }
}

pub fn put(key: &str, content: &str) -> VolumeCall {
    VolumeCall::Put {
        volume: FILES.into(),
        key: key.into(),
        content: content.into(),
        options: PutOptions::default(),
    }
}

pub fn list(continuation_token: Option<String>) -> VolumeCall {
    VolumeCall::List {
        volume: FILES.into(),
        prefix: None,
        max_results: Some(1),
        continuation_token,
        delimiter: None,
    }
}

pub fn start_upload(key: &str) -> VolumeCall {
    VolumeCall::StartUpload {
        volume: FILES.into(),
        key: key.into(),
        options: PutOptions::default(),
    }
}

pub fn copy_source(from: &str, to: &str) -> CopySource {
    CopySource {
        volume: FILES.into(),
        source_key: from.into(),
        destination_key: to.into(),
        if_not_exists: false,
        metadata: None,
    }
}

pub fn download_url(key: &str) -> VolumeCall {
    VolumeCall::GenerateDownloadUrl {
        volume: FILES.into(),
        key: key.into(),
        expires_in: None,
        response_content_type: None,
        response_content_disposition: None,
    }
}

pub fn upload_url(key: &str) -> VolumeCall {
    VolumeCall::GenerateUploadUrl {
        volume: FILES.into(),
        key: key.into(),
        expires_in: None,
        content_type: None,
        max_size: None,
    }
}

pub fn execute(connection: u32, transaction: Option<u32>, sql: &str) -> DatabaseCall {
    DatabaseCall::Execute {
        connection,
        transaction,
        sql: sql.into(),
        parameters: Vec::new(),
    }
}

pub fn query(connection: u32, transaction: Option<u32>, sql: &str) -> DatabaseCall {
    DatabaseCall::Query {
        connection,
        transaction,
        sql: sql.into(),
        parameters: Vec::new(),
    }
}

pub fn decrypt(ciphertext: &str) -> SecretCall {
    SecretCall::Decrypt {
        ciphertext: ciphertext.into(),
        encryption_context: BTreeMap::new(),
    }
}

pub fn encrypt(plaintext: &str) -> SecretCall {
    SecretCall::Encrypt {
        plaintext: plaintext.into(),
        encryption_context: BTreeMap::new(),
    }
}

pub fn run(application: Option<&str>, key: Option<&str>) -> JobCall {
    JobCall::RunInBackground {
        application: application.map(str::to_owned),
        function: "warm".into(),
        payload: "null".into(),
        timeout: None,
        idempotency_key: key.map(str::to_owned),
    }
}

pub fn jobs(cursor: Option<String>) -> JobCall {
    JobCall::List {
        status: None,
        limit: Some(1),
        cursor,
    }
}

pub fn message(body: &str) -> Message {
    Message {
        kind: "NOTE".into(),
        subject: "Hello".into(),
        body: body.into(),
        priority: MessagePriority::Medium,
        push: false,
        action_url: None,
        data: None,
        expires_at: None,
    }
}

pub fn get_document(pk: &str) -> DocumentDbCall {
    DocumentDbCall::Get {
        database: DOCS.into(),
        pk: pk.into(),
        sk: "S".into(),
    }
}

pub fn put_document(pk: &str, text: &str) -> DocumentDbCall {
    DocumentDbCall::Put {
        database: DOCS.into(),
        pk: pk.into(),
        sk: "S".into(),
        item: format!("{{\"text\":\"{text}\"}}"),
        index_key: Some(IndexKey {
            pk: "index".into(),
            sk: pk.into(),
        }),
        ttl: None,
    }
}

pub fn documents(cursor: Option<String>) -> DocumentDbCall {
    DocumentDbCall::Query {
        database: DOCS.into(),
        index_pk: "index".into(),
        options: PageOptions {
            limit: Some(1),
            cursor,
            ..PageOptions::default()
        },
    }
}

pub fn list_documents(pk: &str) -> DocumentDbCall {
    DocumentDbCall::List {
        database: DOCS.into(),
        pk: pk.into(),
        options: PageOptions::default(),
    }
}
