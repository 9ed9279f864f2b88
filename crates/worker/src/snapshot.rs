//! The start-up snapshot of the SDK: V8's heap after `runtime-js` was evaluated.
//!
//! It is made by the very binary that restores it (`ketrics snapshot`), in a process of its own,
//! because it holds references to that binary's functions, and because V8 snapshots with a fixed
//! random seed. The file carries the names of the SDK's modules in front.

use crate::crypto;
use crate::excel;
use crate::isolate;
use crate::modules::ModuleNames;
use crate::ops;
use crate::pdf;
use deno_core::Extension;
use deno_core::ExtensionFileSource;
use deno_core::snapshot::CreateSnapshotOptions;
use rustix::mm::MapFlags;
use rustix::mm::ProtFlags;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::OnceLock;

/// The SDK, as `make runtime-js` bundles it.
const SDK: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../runtime-js/dist/main.js"
));

const ENTRY: &str = "ext:ketrics/main.js";

static MODULE_NAMES: OnceLock<ModuleNames> = OnceLock::new();

/// Makes the snapshot.
///
/// # Errors
/// When the SDK cannot be evaluated.
pub fn create() -> io::Result<Vec<u8>> {
    let names = Rc::new(RefCell::new(None));
    let for_names = Rc::clone(&names);
    let mut extensions = extensions();
    if let Some(sdk) = extensions.last_mut() {
        sdk.esm_files = Cow::Owned(vec![ExtensionFileSource::new_computed(
            ENTRY,
            Arc::from(SDK),
        )]);
        sdk.esm_entry_point = Some(ENTRY);
    }
    let output = deno_core::snapshot::create_snapshot(
        CreateSnapshotOptions {
            cargo_manifest_dir: env!("CARGO_MANIFEST_DIR"),
            startup_snapshot: None,
            skip_op_registration: false,
            extensions,
            extension_transpiler: None,
            with_runtime_cb: Some(Box::new(move |runtime| {
                *for_names.borrow_mut() = isolate::module_names(runtime);
            })),
        },
        None,
    )
    .map_err(io::Error::other)?;
    let names = names.borrow_mut().take();
    let names = names.ok_or_else(|| io::Error::other("the SDK has set no hooks"))?;
    let lines = names
        .into_iter()
        .map(|(name, exports)| format!("{name} {}", exports.join(" ")));
    let head = lines.collect::<Vec<_>>().join("\n");
    let mut file = u32::try_from(head.len())
        .map_err(io::Error::other)?
        .to_le_bytes()
        .to_vec();
    file.extend_from_slice(head.as_bytes());
    file.extend_from_slice(&output.output);
    Ok(file)
}

/// Reads a snapshot for the rest of this process's life.
///
/// # Errors
/// When there is no such file, or it is no snapshot.
pub fn read(path: &Path) -> io::Result<&'static [u8]> {
    let file = map(path)?;
    let broken = || io::Error::other("this is no snapshot");
    let (length, rest) = file.split_first_chunk().ok_or_else(broken)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (head, snapshot) = rest.split_at_checked(length).ok_or_else(broken)?;
    let head = std::str::from_utf8(head).map_err(io::Error::other)?;
    let modules = head.lines().filter_map(|line| {
        let (name, exports) = line.split_once(' ')?;
        Some((
            name.to_owned(),
            exports.split_whitespace().map(str::to_owned).collect(),
        ))
    });
    let _ = MODULE_NAMES.set(modules.collect());
    Ok(snapshot)
}

/// Maps the file: pages that nobody writes to cost a fork nothing.
fn map(path: &Path) -> io::Result<&'static [u8]> {
    let file = std::fs::File::open(path)?;
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let (protection, flags) = (ProtFlags::READ, MapFlags::PRIVATE);
    // SAFETY: a new mapping at a place of the kernel's choice, never unmapped. The file is written
    // by our own builder, which replaces it as a whole.
    unsafe {
        let start = rustix::mm::mmap(std::ptr::null_mut(), length, protection, flags, &file, 0)?;
        Ok(std::slice::from_raw_parts(start.cast(), length))
    }
}

/// The modules in the snapshot that was read, and what they export.
#[must_use]
pub fn module_names() -> ModuleNames {
    MODULE_NAMES.get().cloned().unwrap_or_default()
}

/// The extensions, the SDK's last. The same list makes the snapshot and restores it.
#[must_use]
pub fn extensions() -> Vec<Extension> {
    vec![
        deno_webidl::deno_webidl::init(),
        deno_web::deno_web::init(
            Arc::new(deno_web::BlobStore::default()),
            None,
            false,
            deno_web::InMemoryBroadcastChannel::default(),
        ),
        crypto::ketrics_crypto::init(),
        excel::ketrics_excel::init(),
        pdf::ketrics_pdf::init(),
        ops::ketrics::init(),
    ]
}
