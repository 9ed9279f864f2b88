//! Listings.
//!
//! A page starts behind a position that is ours and not the server's token: the last name, or the
//! end of the last folder. So a page is right whatever came or went since the page before, and a
//! position is good on any server. Claims are left out, and names that do not hold their whole key
//! are completed.

use crate::volume::s3::bucket::Bucket;
use crate::volume::s3::bucket::Head;
use crate::volume::s3::bucket::failed;
use crate::volume::s3::bucket::milliseconds;
use crate::volume::s3::bucket::number;
use crate::volume::s3::bucket::quoted;
use crate::volume::s3::claim;
use crate::volume::s3::name::Key;
use crate::volume::s3::name::Root;
use crate::volume::s3::name::Selects;
use crate::volume::store::ListPage;
use crate::volume::store::ListRequest;
use crate::volume::store::StoreError;
use aws_sdk_s3::types::EncodingType;
use aws_sdk_s3::types::Object;
use futures_util::StreamExt;
use futures_util::TryStreamExt;
use futures_util::stream;
use ketrics_protocol::ObjectInfo;
use percent_encoding::percent_decode_str;

/// Objects that are asked about at once.
const AT_ONCE: usize = 16;
/// Behind everything in a folder: no character comes after it.
const LAST: char = char::MAX;

/// A line of a page.
enum Line {
    File(ObjectInfo),
    Folder(String),
}

/// One page.
pub(crate) async fn list(
    bucket: &Bucket,
    root: &Root,
    request: &ListRequest,
) -> Result<ListPage, StoreError> {
    let (prefix, selects) = root.prefix(&request.prefix);
    let names = names(bucket, &prefix, request, selects).await?;
    let mut page = ListPage {
        next: names.next,
        ..ListPage::default()
    };
    let mut objects = names.objects;
    for folder in names.folders {
        match root.key(&folder) {
            Some(Key::Whole(folder)) => page.folders.push(folder.to_owned()),
            // The delimiter was found in the hash of a long key: it is no folder.
            Some(Key::Cut(_)) => objects.extend(objects_under(bucket, &folder).await?),
            None => {}
        }
    }
    let lines: Vec<Option<Line>> = stream::iter(objects)
        .map(|object| line(bucket, root, request, object))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    for line in lines.into_iter().flatten() {
        match line {
            Line::File(info) => page.files.push(info),
            Line::Folder(folder) => page.folders.push(folder),
        }
    }
    page.files.sort_by(|one, two| one.key.cmp(&two.key));
    page.folders.sort();
    page.folders.dedup();
    Ok(page)
}

/// A page of names in the bucket.
struct Names {
    objects: Vec<Object>,
    folders: Vec<String>,
    next: Option<Vec<u8>>,
}

async fn names(
    bucket: &Bucket,
    prefix: &str,
    request: &ListRequest,
    selects: Selects,
) -> Result<Names, StoreError> {
    let from = match &request.from {
        Some(from) => Some(
            String::from_utf8(from.clone())
                .map_err(|_| StoreError::Failed("a position that is no text".to_owned()))?,
        ),
        None => None,
    };
    let delimiter = request
        .delimiter
        .clone()
        .filter(|_| selects == Selects::Exactly);
    let limit = i32::try_from(request.limit).unwrap_or(i32::MAX);
    let answer = bucket
        .client
        .list_objects_v2()
        .bucket(&bucket.name)
        .prefix(prefix)
        .set_delimiter(delimiter)
        .set_start_after(from)
        .max_keys(limit)
        // Else a name with a character that XML does not know makes the whole answer unreadable.
        .encoding_type(EncodingType::Url)
        .send()
        .await
        .map_err(|error| failed(&error))?;
    let mut objects = answer.contents.unwrap_or_default();
    for object in &mut objects {
        object.key = object.key.as_deref().map(decoded);
    }
    let folders: Vec<String> = answer
        .common_prefixes
        .unwrap_or_default()
        .into_iter()
        .filter_map(|folder| folder.prefix.as_deref().map(decoded))
        .collect();
    let last_object = objects.last().and_then(|object| object.key.clone());
    let last_folder = folders.last().map(|folder| format!("{folder}{LAST}"));
    let last = last_object.max(last_folder).map(String::into_bytes);
    Ok(Names {
        objects,
        folders,
        next: last.filter(|_| answer.is_truncated.unwrap_or_default()),
    })
}

/// Some servers encode a space as `%20`, others as `+`; all of them encode a `+`.
fn decoded(name: &str) -> String {
    percent_decode_str(&name.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

async fn line(
    bucket: &Bucket,
    root: &Root,
    request: &ListRequest,
    object: Object,
) -> Result<Option<Line>, StoreError> {
    let Some(name) = &object.key else {
        return Ok(None);
    };
    let size = object.size.unwrap_or_default();
    let key = match root.key(name) {
        Some(Key::Whole(key)) if usize::try_from(size) != Ok(claim::SIZE) => key.to_owned(),
        Some(Key::Whole(key)) => match bucket.head(name).await? {
            Some(found) if found.is_file() => key.to_owned(),
            _ => return Ok(None),
        },
        Some(Key::Cut(kept)) => match whole(bucket, name, kept).await? {
            Some(key) => key,
            None => return Ok(None),
        },
        None => return Ok(None),
    };
    if !key.starts_with(&request.prefix) {
        return Ok(None);
    }
    if let Some(folder) = folder(&key, request) {
        return Ok(Some(Line::Folder(folder)));
    }
    Ok(Some(Line::File(ObjectInfo {
        key,
        size: number(size),
        // A listing does not tell, and asking for each file would take a request for each.
        content_type: String::new(),
        last_modified: milliseconds(object.last_modified.as_ref()),
        etag: quoted(object.e_tag.as_deref().unwrap_or_default()),
        metadata: None,
    })))
}

/// The key of a name that holds only its beginning; `None` when there is no file any longer.
async fn whole(bucket: &Bucket, name: &str, kept: &str) -> Result<Option<String>, StoreError> {
    let found = bucket.head(name).await?;
    let found = found.filter(Head::is_file);
    Ok(found
        .and_then(|found| found.cut_off)
        .map(|cut_off| format!("{kept}{cut_off}")))
}

fn folder(key: &str, request: &ListRequest) -> Option<String> {
    let delimiter = request.delimiter.as_deref()?;
    let start = request.prefix.len();
    let end = start + key[start..].find(delimiter)? + delimiter.len();
    Some(key[..end].to_owned())
}

async fn objects_under(bucket: &Bucket, prefix: &str) -> Result<Vec<Object>, StoreError> {
    let request = ListRequest {
        prefix: String::new(),
        delimiter: None,
        limit: 1_000,
        from: None,
    };
    let names = names(bucket, prefix, &request, Selects::Exactly).await?;
    Ok(names.objects)
}
