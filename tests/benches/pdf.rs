//! Documents in an invocation beside pdf-lib under Node, in one run: 200 pages with text and a
//! table, and 20 documents of 50 pages merged. Run by `make bench`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ketrics_directory::VolumeSpec;
use ketrics_tests::AppSpec;
use ketrics_tests::Cost;
use ketrics_tests::Setup;
use serde_json::json;

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

#[tokio::main]
async fn main() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let volume = setup.volume(&app, "files", VolumeSpec::default(), &["*"]);
    volume.await;
    let host = setup.start();
    let folder = tempfile::tempdir().expect("a folder");
    // It prints no cost.
    let _ = Cost::of_node("pdf.mjs", "sources", folder.path());
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
            ours.push(Cost::of_invocation(&host, &app, what).await);
        }
        let theirs = (0..RUNS)
            .filter_map(|_| Cost::of_node("pdf.mjs", what, folder.path()))
            .collect();
        let (ours, theirs) = (Cost::best(ours), Cost::best(theirs));
        println!(
            "| {label} | {} | {}, {} |",
            ours.beside(&theirs),
            ours.bytes / 1_000,
            theirs.bytes / 1_000,
        );
    }
    let idle = Cost::of_invocation(&host, &app, "nothing").await;
    println!(
        "\nAn invocation that does nothing: {:.1} MB.",
        idle.megabytes
    );
}
