//! The fixtures, and the programs that judge what we write.

use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use ketrics_documents::pdf::Document;

/// A folder of documents made by others.
pub fn fixtures(kind: &str) -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = std::env::var_os("KETRICS_FIXTURES").map_or(default, PathBuf::from);
    folder.join(kind)
}

/// A file of such a folder.
pub fn fixture(kind: &str, name: &str) -> Vec<u8> {
    let path = fixtures(kind).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Names of the files in a folder, sorted.
pub fn names(kind: &str) -> Vec<String> {
    let folder = fixtures(kind);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

pub fn written(document: &mut Document) -> Vec<u8> {
    document.write(SystemTime::now()).unwrap()
}

/// Runs a program on a file that holds these bytes; answers what it printed.
#[expect(
    clippy::disallowed_types,
    reason = "what we write is judged by other programs"
)]
fn run(program: &str, bytes: &[u8], before: &[&str], after: &[&str]) -> (bool, Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document.pdf");
    std::fs::write(&path, bytes).unwrap();
    let mut command = std::process::Command::new(program);
    command.args(before).arg(&path).args(after);
    let output = command.output().unwrap_or_else(|error| {
        panic!("{program} must be installed (apt-get install qpdf poppler-utils): {error}")
    });
    let mut said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.stdout.len() < 10_000 {
        said.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    (output.status.success(), output.stdout, said)
}

/// Whether qpdf has nothing to say against a file.
#[track_caller]
pub fn check(bytes: &[u8]) {
    let (is_good, _, said) = run("qpdf", bytes, &["--check"], &[]);
    assert!(is_good, "{said}");
}

/// What qpdf says of a file that may be wrong.
pub fn complaints(bytes: &[u8]) -> String {
    run("qpdf", bytes, &["--check"], &[]).2
}

/// What qpdf says of a file's form, bookmarks and attachments.
pub fn described(bytes: &[u8]) -> serde_json::Value {
    let keys = ["acroform", "outlines", "attachments"].map(|key| format!("--json-key={key}"));
    let options: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (_, json, said) = run("qpdf", bytes, &["--json=2"], &options);
    serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// A file with a text attached to it, by qpdf.
pub fn with_attachment(bytes: &[u8], text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("attached.txt");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let after = ["--add-attachment", path, "--", "-"];
    let (is_good, file, said) = run("qpdf", bytes, &[], &after);
    assert!(is_good, "{said}");
    file
}

/// The text that is attached to a file.
pub fn attachment(bytes: &[u8]) -> String {
    let (_, text, said) = run("qpdf", bytes, &[], &["--show-attachment=attached.txt"]);
    String::from_utf8(text).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// Appends objects, a cross-reference table and a trailer.
pub fn append(bytes: &mut Vec<u8>, objects: &[(u32, &str)], more: &str) {
    let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, object) in objects {
        table.push_str(&format!("{number} 1\n{:010} 00000 n \n", bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = bytes.len();
    let end = format!("trailer\n<</Root 1 0 R{more}>>\nstartxref\n{start}\n%%EOF\n");
    bytes.extend_from_slice(table.as_bytes());
    bytes.extend_from_slice(end.as_bytes());
}

/// The text of a file, as a reader's search finds it.
pub fn text(bytes: &[u8]) -> String {
    let (_, text, said) = run("pdftotext", bytes, &["-layout"], &["-"]);
    assert!(!text.is_empty(), "{said}");
    String::from_utf8(text).unwrap()
}

/// A rendered page.
#[derive(PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// The colour at a point of a page that is rendered at 72 dots an inch.
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[(self.height - 1 - y) * self.width + x]
    }

    /// How much of another picture differs, 0 to 1.
    pub fn difference(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let pairs = self.pixels.iter().zip(&other.pixels);
        // One step of 255 comes from rounding at the edges of letters.
        let differs = |(one, other): &(&[u8; 3], &[u8; 3])| {
            one.iter()
                .zip(*other)
                .any(|(one, other)| one.abs_diff(*other) > 1)
        };
        let different = pairs.filter(differs).count();
        different as f64 / self.pixels.len() as f64
    }
}

/// Renders pages, at 72 dots an inch. None where poppler finds none, as in some damaged files.
pub fn rendered(bytes: &[u8]) -> Vec<Picture> {
    let (_, mut stream, said) = run("pdftoppm", bytes, &["-r", "72"], &[]);
    let mut pictures = Vec::new();
    while !stream.is_empty() {
        let mut heads = Vec::new();
        let mut at = 0;
        while heads.len() < 4 {
            let end = at
                + stream[at..]
                    .iter()
                    .position(u8::is_ascii_whitespace)
                    .unwrap();
            heads.push(String::from_utf8(stream[at..end].to_vec()).unwrap());
            at = end + 1;
        }
        assert_eq!(heads[0], "P6", "{said}");
        let (width, height) = (heads[1].parse().unwrap(), heads[2].parse().unwrap());
        let rest = stream.split_off(at + width * height * 3);
        let pixels = stream[at..]
            .chunks_exact(3)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]]);
        pictures.push(Picture {
            width,
            height,
            pixels: pixels.collect(),
        });
        stream = rest;
    }
    pictures
}
