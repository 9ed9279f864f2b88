//! Documents in an invocation beside pdf-lib under Node, in one run: 200 pages with text and a
//! table, and 20 documents of 50 pages merged. Run by `make bench`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// What `node/pdf.mjs` does with pdf-lib.
const BUNDLE: &str = r"
const TEXT = 'The quick brown fox jumps over the lazy dog, and the dog does not mind at all. '.repeat(12);
exports.write = async () => {
  const document = await ketrics.Pdf.create();
  const font = await document.embedStandardFont('Helvetica');
  for (let number = 0; number < 200; number++) {
    const page = document.addPage('A4');
    page.drawText(`Page ${number}`, { x: 50, y: 780, size: 20, font });
    page.drawText(TEXT, { x: 50, y: 740, size: 10, font, lineHeight: 13, maxWidth: 495 });
    for (let row = 0; row < 25; row++) {
      const y = 560 - row * 20;
      page.drawLine({ start: { x: 50, y }, end: { x: 545, y }, thickness: 0.5, color: ketrics.Pdf.rgb(0.7, 0.7, 0.7) });
      for (let column = 0; column < 5; column++) {
        const cell = `${number}.${row}.${column}`;
        const x = 140 + column * 100 - font.widthOfTextAtSize(cell, 9);
        page.drawText(cell, { x, y: y + 6, size: 9, font });
      }
    }
  }
  return (await document.toBuffer()).length;
};
exports.keep = async ({ documents }) => {
  const volume = await ketrics.Volume.connect('files');
  for (const [number, text] of documents.entries()) await volume.put(`${number}.pdf`, Buffer.from(text, 'base64'));
};
exports.merge = async () => {
  const volume = await ketrics.Volume.connect('files');
  const whole = await ketrics.Pdf.create();
  for (let number = 0; number < 20; number++) {
    const source = await ketrics.Pdf.read((await volume.get(`${number}.pdf`)).content);
    await whole.copyPages(source, source.getPages().map((_, index) => index));
  }
  return (await whole.toBuffer()).length;
};
exports.nothing = async () => 0;
";

/// Of so many runs, the fastest counts: everything else is what the machine did beside.
const RUNS: usize = 5;

/// What something took.
struct Cost {
    milliseconds: f64,
    megabytes: f64,
    bytes: u64,
}

#[tokio::main]
async fn main() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let volume = setup.volume(&app, "files", VolumeSpec::default(), &["*"]);
    volume.await;
    let host = setup.start();
    let folder = tempfile::tempdir().expect("a folder");
    node("sources", folder.path());
    let documents: Vec<String> = (0..20)
        .map(|number| std::fs::read(folder.path().join(format!("{number}.pdf"))))
        .map(|bytes| STANDARD.encode(bytes.expect("a document")))
        .collect();
    let kept = host.call(&app, "keep", json!({ "documents": documents }));
    kept.await.result();

    println!("## PDF, beside pdf-lib 1.17 under Node\n");
    println!(
        "| document | ketrics ms | MB | pdf-lib ms | MB | faster | of the memory | kB, both |\n\
         |---|---|---|---|---|---|---|---|"
    );
    for (label, what) in [
        ("200 pages with text and a table", "write"),
        ("20 documents of 50 pages merged", "merge"),
    ] {
        let mut ours = Vec::new();
        for _ in 0..RUNS {
            ours.push(invocation(&host, &app, what).await);
        }
        let theirs = (0..RUNS)
            .filter_map(|_| node(what, folder.path()))
            .collect();
        let (ours, theirs) = (best(ours), best(theirs));
        println!(
            "| {label} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} × | {:.2} | {}, {} |",
            ours.milliseconds,
            ours.megabytes,
            theirs.milliseconds,
            theirs.megabytes,
            theirs.milliseconds / ours.milliseconds,
            ours.megabytes / theirs.megabytes,
            ours.bytes / 1_000,
            theirs.bytes / 1_000,
        );
    }
    let idle = invocation(&host, &app, "nothing").await;
    println!(
        "\nAn invocation that does nothing: {:.1} MB.",
        idle.megabytes
    );
}

fn best(costs: Vec<Cost>) -> Cost {
    let fastest = costs
        .into_iter()
        .min_by(|one, other| one.milliseconds.total_cmp(&other.milliseconds));
    fastest.expect("at least one run")
}

async fn invocation(host: &Host, app: &App, function: &str) -> Cost {
    let receipts = || {
        let text = host.log_text();
        let lines = text.lines().filter(|line| line.contains("peakMemoryBytes"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = receipts().len();
    let bytes = host.call(app, function, json!({})).await.result();
    // The receipt comes a moment after the answer.
    let receipt = loop {
        if let Some(line) = receipts().get(before) {
            let line: Value = serde_json::from_str(line).expect("JSON");
            break line;
        }
        tokio::task::yield_now().await;
    };
    let number = |name: &str| find(&receipt, name).and_then(Value::as_f64);
    Cost {
        milliseconds: number("wallMs").expect("a time"),
        megabytes: number("peakMemoryBytes").expect("a size") / 1e6,
        bytes: bytes.as_u64().unwrap_or(0),
    }
}

/// An entry anywhere in an object.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| object.values().find_map(|value| find(value, name)))
}

fn node(what: &str, folder: &Path) -> Option<Cost> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/node/pdf.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(what).arg(folder);
    let output = command.output().expect("node runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let cost: Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(Cost {
        milliseconds: cost["milliseconds"].as_f64()?,
        megabytes: cost["memory"].as_f64()? / 1e6,
        bytes: cost["bytes"].as_u64()?,
    })
}
