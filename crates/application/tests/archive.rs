//! The deployment ZIP, packed from a folder and unpacked from whatever somebody sends.

use ketrics_application::ApplicationConfig;
use ketrics_application::ArchiveError;
use ketrics_application::MAX_ARCHIVE_FILES;
use ketrics_application::MAX_BUNDLE_BYTES;
use ketrics_application::PackError;
use ketrics_application::Package;
use ketrics_application::Unpacked;
use std::fs;
use std::io::Cursor;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const CONFIG: &str = r#"{"name":"a","version":"1.0.0","runtime":"nodejs18","actions":["read"],"entry":"dist/index.js"}"#;

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).expect("an entry");
        zip.write_all(content).expect("its content");
    }
    zip.finish().expect("a ZIP").into_inner()
}

fn refused(bytes: &[u8]) -> ArchiveError {
    Unpacked::read(bytes).expect_err("it is no deployment")
}

fn application(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (path, content) in files {
        write(folder.path(), path, content);
    }
    folder
}

fn write(folder: &Path, path: &str, content: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, content).expect("a file");
}

#[test]
fn what_is_packed_is_unpacked_with_its_source_map() {
    let source = "exports.f = () => 1;\n//# sourceMappingURL=index.js.map";
    let folder = application(&[
        ("ketrics.config.json", CONFIG),
        ("backend/dist/index.js", source),
        ("backend/dist/index.js.map", "{}"),
        ("backend/src/index.ts", "export const f = () => 1;"),
        ("backend/.env", "TOKEN=x"),
    ]);
    let config = ApplicationConfig::parse(CONFIG).expect("a valid config");
    let package = Package::select(folder.path(), &config).expect("a selection");
    let names: Vec<&str> = package
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "ketrics.config.json",
            "backend/dist/index.js",
            "backend/dist/index.js.map"
        ]
    );
    let mut told = 0;
    let bytes = package.pack(|_| told += 1).expect("a ZIP");
    assert_eq!(told, 3);
    assert_eq!(package.pack(|_| ()).expect("the same ZIP"), bytes);
    let unpacked = Unpacked::read(&bytes).expect("a deployment");
    assert_eq!(unpacked.config_text, CONFIG);
    assert_eq!(unpacked.bundle.name, "dist/index.js");
    assert_eq!(unpacked.bundle.source, source);
    assert_eq!(unpacked.bundle.source_map.as_deref(), Some("{}"));
}

#[test]
fn a_selection_without_the_entry_is_refused() {
    let text = CONFIG.replace("\"entry\"", "\"include\":[\"docs/**\"],\"entry\"");
    let folder = application(&[
        ("ketrics.config.json", &text),
        ("backend/dist/index.js", ""),
    ]);
    let config = ApplicationConfig::parse(&text).expect("a valid config");
    let error = Package::select(folder.path(), &config).expect_err("no entry");
    assert!(matches!(error, PackError::EntryLeftOut(_)), "{error}");
}

#[test]
fn nothing_is_followed_out_of_the_folder() {
    let folder = application(&[
        ("app/ketrics.config.json", CONFIG),
        ("app/backend/dist/index.js", ""),
        ("secret.txt", "x"),
    ]);
    std::os::unix::fs::symlink(
        folder.path().join("secret.txt"),
        folder.path().join("app/backend/dist/link.txt"),
    )
    .expect("a link");
    let config = ApplicationConfig::parse(CONFIG).expect("a valid config");
    let package = Package::select(&folder.path().join("app"), &config).expect("a selection");
    assert!(package.files.iter().all(|file| !file.name.contains("link")));
}

#[test]
fn a_configuration_is_refused_with_all_its_faults() {
    let config = r#"{"name":"A","version":"1","runtime":"nodejs18","actions":[],"entry":"x.js","environmentVariables":[]}"#;
    let error = refused(&zip(&[("ketrics.config.json", config.as_bytes())]));
    let message = error.to_string();
    for part in ["`name`", "`version`", "rename it to `environment`"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let message = refused(&zip(&[])).to_string();
    assert!(message.contains("no `ketrics.config.json`"), "{message}");
    let message = refused(&zip(&[("ketrics.config.json", CONFIG.as_bytes())])).to_string();
    assert!(message.contains("no `backend/dist/index.js`"), "{message}");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in [
        "../evil",
        "a/../../evil",
        "/etc/passwd",
        "C:/evil",
        "a\\..\\evil",
        "a//b",
        "a/./b",
        "a\0b",
        "",
    ] {
        let bytes = zip(&[("ketrics.config.json", CONFIG.as_bytes()), (name, b"x")]);
        let error = refused(&bytes);
        assert!(matches!(error, ArchiveError::Name(_)), "{name:?}: {error}");
    }
    let long = "a".repeat(1_025);
    assert!(matches!(
        refused(&zip(&[(&long, b"x")])),
        ArchiveError::Name(_)
    ));
}

#[test]
fn a_bundle_that_unpacks_to_more_than_the_limit_is_cut_off() {
    let zeros = vec![b' '; usize::try_from(MAX_BUNDLE_BYTES).expect("a length") + 1];
    let bytes = zip(&[
        ("ketrics.config.json", CONFIG.as_bytes()),
        ("backend/dist/index.js", &zeros),
    ]);
    assert!(bytes.len() < 1024 * 1024, "it is small before");
    assert!(matches!(refused(&bytes), ArchiveError::TooLong { .. }));
}

#[test]
fn a_size_that_lies_does_not_let_more_through() {
    let zeros = vec![b' '; usize::try_from(MAX_BUNDLE_BYTES).expect("a length") + 1];
    let mut bytes = zip(&[
        ("ketrics.config.json", CONFIG.as_bytes()),
        ("backend/dist/index.js", &zeros),
    ]);
    let length = u32::try_from(zeros.len()).expect("a length").to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == length {
            bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    let error = refused(&bytes);
    assert!(
        matches!(
            error,
            ArchiveError::TooLong { .. } | ArchiveError::Unreadable { .. }
        ),
        "{error}"
    );
}

#[test]
fn too_many_entries_are_refused_before_they_are_read() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..=MAX_ARCHIVE_FILES {
        zip.start_file(index.to_string(), SimpleFileOptions::default())
            .expect("an entry");
    }
    let bytes = zip.finish().expect("a ZIP").into_inner();
    assert!(matches!(refused(&bytes), ArchiveError::TooManyFiles(_)));
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let mut bytes = zip(&[
        ("ketrics.config.json", CONFIG.as_bytes()),
        ("ketrics.config.jsom", b"{}"),
    ]);
    while let Some(at) = bytes
        .windows(6)
        .position(|window| window == b".jsom\0" || window.starts_with(b".jsom"))
    {
        bytes[at + 4] = b'n';
    }
    assert!(matches!(
        refused(&bytes),
        ArchiveError::Repeated | ArchiveError::NotZip(_)
    ));
}

#[test]
fn what_is_no_zip_or_a_cut_one_is_refused() {
    let whole = zip(&[
        ("ketrics.config.json", CONFIG.as_bytes()),
        ("backend/dist/index.js", b"exports.f = () => 1;"),
    ]);
    assert!(matches!(refused(b""), ArchiveError::NotZip(_)));
    assert!(matches!(refused(b"<html>"), ArchiveError::NotZip(_)));
    for length in 0..whole.len() {
        assert!(Unpacked::read(&whole[..length]).is_err(), "{length}");
    }
    // Any byte may be wrong; nothing panics.
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        let _ = Unpacked::read(&damaged);
    }
}
