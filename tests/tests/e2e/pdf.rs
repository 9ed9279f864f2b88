//! PDF documents as a function makes, reads and changes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ketrics_directory::VolumeSpec;
use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::Value;
use serde_json::json;

const BUNDLE: &str = r#"
const told = async (act) => { try { await act(); return 'no error'; } catch (error) {
  return [error.name, error instanceof ketrics.Pdf.Error, ketrics.isPdfErrorType(error, error.name), error.message]; } };
exports.make = async ({ font, image }) => {
  const doc = await ketrics.Pdf.create();
  doc.setTitle('Größe'); doc.setKeywords(['one', 'two']);
  const page = doc.addPage({ size: 'A5' });
  const helvetica = await doc.embedStandardFont('Helvetica');
  const own = await doc.embedFont(Buffer.from(font, 'base64'));
  const png = await doc.embedPng(Buffer.from(image, 'base64'));
  await page.drawText('Hello\nworld', { x: 20, y: 300, size: 18, font: helvetica, color: ketrics.Pdf.rgb(1, 0, 0) });
  await page.drawText('Привет', { x: 20, y: 200, font: own, rotate: 10, opacity: 0.5 });
  page.drawImage(png, { x: 20, y: 20, ...png.scaleToFit(50, 50) });
  page.drawCircle({ x: 200, y: 100, radius: 30 });
  page.drawLine({ start: { x: 0, y: 0 }, end: { x: 100, y: 100 } });
  page.drawRectangle({ x: 10, y: 10, width: 20, height: 20, borderColor: { r: 0, g: 0, b: 1 } });
  const written = await doc.toBuffer();
  const again = await ketrics.Pdf.read(written);
  const merged = await ketrics.Pdf.create();
  const copies = await merged.copyPages(again, [0, 0]);
  merged.insertPage(0, [300, 200]);
  merged.removePage(2);
  const volume = await ketrics.Volume.connect('files');
  await volume.put('merged.pdf', await merged.toBuffer());
  return {
    kept: (await ketrics.Pdf.read((await volume.get('merged.pdf')).content)).getPageCount(),
    isBuffer: Buffer.isBuffer(written), head: written.subarray(0, 5).toString(),
    title: again.getTitle(), keywords: again.getKeywords(), author: again.getAuthor() ?? null,
    size: again.getPage(0).getSize(), same: again.getPage(0) === again.getPages()[0],
    sizes: merged.getPages().map((page) => [page.width, page.height]), copies: copies.length,
    avatar: helvetica.widthOfTextAtSize('AVATAR', 1000), height: helvetica.heightAtSize(10), names: [helvetica.name, own.name],
    png: [png.width, png.height],
  };
};
exports.faults = async () => {
  const doc = await ketrics.Pdf.create();
  const page = doc.addPage();
  return [
    await told(() => ketrics.Pdf.read(Buffer.from('no'))),
    await told(() => page.drawText('a → b')),
    await told(() => doc.embedPng(Buffer.from('no'))),
    await told(() => doc.embedStandardFont('Arial')),
    await told(() => doc.getPage(7)),
    await told(() => page.drawText('x', { x: NaN })),
    [typeof Object.getPrototypeOf(page).constructor, Object.isFrozen(ketrics.Pdf), Object.isFrozen(Object.getPrototypeOf(page))],
  ];
};
// At load: no service is needed.
exports.loaded = (async () => (await ketrics.Pdf.create()).addPage('A4').width)();
exports.early = async () => exports.loaded;
exports.dropped = async () => {
  // One page, and 3.5 MB that it shows.
  const shown = 'q Q '.repeat(875000);
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>',
    `<</Length ${shown.length}>>\nstream\n${shown}\nendstream`];
  let file = '%PDF-1.5\n', table = 'xref\n0 5\n0000000000 65535 f \n';
  objects.forEach((object, index) => {
    table += `${String(file.length).padStart(10, '0')} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const bytes = Buffer.from(`${file}${table}trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`);
  let pages = 0;
  for (let time = 0; time < 200; time++) pages += (await ketrics.Pdf.read(bytes)).getPageCount();
  return pages;
};
"#;

/// One of the fixtures, as base64.
fn fixture(name: &str) -> String {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures");
    let folder = std::env::var("KETRICS_FIXTURES").unwrap_or_else(|_| default.to_owned());
    let path = format!("{folder}/{name}");
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    STANDARD.encode(bytes)
}

/// Each of the documents takes 3.5 MB; together they are more than the process may have.
#[tokio::test]
async fn documents_that_a_loop_drops_are_freed() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let host = setup.start();
    let pages = host.call(&app, "dropped", json!({})).await.result();
    assert_eq!(pages, 200);
}

#[tokio::test]
async fn a_document_is_made_read_merged_and_kept() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    let payload = json!({
        "font": fixture("fonts/Ubuntu-R.ttf"),
        "image": fixture("images/minions_banana_alpha.png"),
    });
    let result = host.call(&app, "make", payload).await.result();
    assert_eq!(
        result,
        json!({
            "kept": 2, "isBuffer": true, "head": "%PDF-",
            "title": "Größe", "keywords": "one two", "author": null,
            "size": { "width": 419.53, "height": 595.28 }, "same": true,
            "sizes": [[300, 200], [419.53, 595.28]], "copies": 2,
            "avatar": 3611, "height": 9.25, "names": ["Helvetica", "Ubuntu"],
            "png": [960, 640],
        })
    );
    assert_eq!(
        host.call(&app, "early", json!({})).await.result(),
        json!(595.28)
    );
}

#[tokio::test]
async fn what_goes_wrong_is_a_typed_error_that_says_what() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let host = setup.start();
    let result = host.call(&app, "faults", json!({})).await.result();
    let expected = [
        (
            "PdfParseError",
            "Failed to parse PDF file: it is no PDF document: there is no %PDF- header",
        ),
        ("PdfError", "WinAnsi cannot encode \"→\" (0x2192)"),
        ("PdfError", "the bytes are no PNG image"),
        ("PdfError", "'Arial' is no standard font"),
        (
            "PdfError",
            "there is no page 7: the document has 1, counted from 0",
        ),
        ("PdfError", "x must be a number, not NaN"),
    ];
    for (index, (name, message)) in expected.into_iter().enumerate() {
        let Value::Array(told) = &result[index] else {
            panic!("{result}");
        };
        assert_eq!(
            told[..3],
            [json!(name), json!(true), json!(true)],
            "{result}"
        );
        assert!(
            told[3]
                .as_str()
                .is_some_and(|said| said.starts_with(message)),
            "{result}"
        );
    }
    assert_eq!(result[6], json!(["function", true, true]));
}
