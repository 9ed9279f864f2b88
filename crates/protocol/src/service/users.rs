//! `ketrics.Users`: the tenant's users.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks about users.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UsersCall {
    /// All users of the tenant.
    List {},
}

/// What comes back, variant by variant of [`UsersCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum UsersReply {
    List { users: Vec<UserInfo> },
}

/// A user as tenant code sees one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub struct UserInfo {
    pub id: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// `active` or `inactive`.
    pub status: String,
    pub groups: Vec<UserGroup>,
}

/// A group that a user is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub struct UserGroup {
    pub group_id: String,
    pub group_code: String,
}
