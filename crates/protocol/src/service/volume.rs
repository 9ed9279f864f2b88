//! `ketrics.Volume`: files in a volume, by key.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// What tenant code asks of a volume. `volume` is always the volume's code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum VolumeCall {
    /// The permissions that the application has.
    Connect { volume: String },
    /// A file with its content.
    Get { volume: String, key: String },
    /// Whether there is such a file.
    Exists { volume: String, key: String },
    /// A file without its content.
    GetMetadata { volume: String, key: String },
    /// Stores a small file in one call.
    Put {
        volume: String,
        key: String,
        #[serde(with = "serde_bytes")]
        content: Vec<u8>,
        options: PutOptions,
    },
    /// Starts to store a file in parts; nothing is visible until `FinishUpload`.
    StartUpload {
        volume: String,
        key: String,
        options: PutOptions,
    },
    /// The next part.
    WriteUpload {
        upload: u32,
        #[serde(with = "serde_bytes")]
        content: Vec<u8>,
    },
    /// Makes the file visible.
    FinishUpload { upload: u32 },
    /// Gives the upload up.
    AbortUpload { upload: u32 },
    /// Deletes a file; one that is not there is no error.
    Delete { volume: String, key: String },
    /// Deletes every file under a prefix.
    DeleteByPrefix { volume: String, prefix: String },
    /// One page of files.
    List {
        volume: String,
        prefix: Option<String>,
        max_results: Option<u32>,
        continuation_token: Option<String>,
        delimiter: Option<String>,
    },
    /// Copies a file within the volume.
    Copy(CopySource),
    /// Moves a file within the volume.
    Move(CopySource),
    /// A URL that downloads a file without a token.
    GenerateDownloadUrl {
        volume: String,
        key: String,
        expires_in: Option<f64>,
        response_content_type: Option<String>,
        response_content_disposition: Option<String>,
    },
    /// A URL that uploads a file without a token.
    GenerateUploadUrl {
        volume: String,
        key: String,
        expires_in: Option<f64>,
        content_type: Option<String>,
        max_size: Option<f64>,
    },
}

/// How a file is to be stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutOptions {
    /// MIME type; detected from the key where there is none.
    pub content_type: Option<String>,
    /// Custom metadata.
    pub metadata: Option<BTreeMap<String, String>>,
    /// Fail when the file exists.
    #[serde(default)]
    pub if_not_exists: bool,
}

/// The two ends of a copy or a move.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CopySource {
    /// The volume's code.
    pub volume: String,
    /// The key to read.
    pub source_key: String,
    /// The key to write.
    pub destination_key: String,
    /// Fail when the destination exists.
    #[serde(default)]
    pub if_not_exists: bool,
    /// Metadata of the copy, instead of the source's.
    pub metadata: Option<BTreeMap<String, String>>,
}

/// A file without its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectInfo {
    /// Path within the volume.
    pub key: String,
    /// Bytes.
    pub size: f64,
    /// MIME type.
    pub content_type: String,
    /// Milliseconds since the epoch.
    pub last_modified: f64,
    /// Entity tag, a hash of the content.
    pub etag: String,
    /// Custom metadata, where there is any.
    pub metadata: Option<BTreeMap<String, String>>,
}

/// A URL that is signed and expires.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedUrl {
    /// The URL.
    pub url: String,
    /// Milliseconds since the epoch.
    pub expires_at: f64,
}

/// What comes back, variant by variant of [`VolumeCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum VolumeReply {
    Connect {
        permissions: Vec<String>,
    },
    Get {
        info: ObjectInfo,
        #[serde(with = "serde_bytes")]
        content: Vec<u8>,
    },
    Exists {
        exists: bool,
    },
    GetMetadata {
        info: ObjectInfo,
    },
    Put {
        etag: String,
        size: f64,
        version_id: Option<String>,
    },
    StartUpload {
        upload: u32,
    },
    WriteUpload {},
    FinishUpload {
        etag: String,
        size: f64,
        version_id: Option<String>,
    },
    AbortUpload {},
    Delete {
        version_id: Option<String>,
    },
    DeleteByPrefix {
        deleted_keys: Vec<String>,
        /// Key, code and message of each file that could not be deleted.
        errors: Vec<(String, String, String)>,
    },
    List {
        files: Vec<ObjectInfo>,
        folders: Vec<String>,
        continuation_token: Option<String>,
    },
    Copy {
        etag: String,
        last_modified: f64,
    },
    Move {
        etag: String,
    },
    GenerateDownloadUrl(SignedUrl),
    GenerateUploadUrl(SignedUrl),
}
