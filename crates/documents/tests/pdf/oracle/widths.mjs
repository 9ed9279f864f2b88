// Makes widths.tsv: what pdf-lib 1.17 and its fontkit say of texts, to compare with.
//   npm install pdf-lib@1.17.1 @pdf-lib/fontkit@1.1.1 && node widths.mjs <fonts folder> > widths.tsv
import { readFileSync } from "node:fs";
import fontkit from "@pdf-lib/fontkit";
import { PDFDocument, StandardFonts } from "pdf-lib";

const folder = process.argv[2];
const latin = [
  "AVATAR", "Hello, World!", "To Wa Ye P. r, fi fl ffi", "Grüße, ça va? ŒŽ€™", "0123456789.,-", "",
  "The quick brown fox jumps over the lazy dog", "\u00a0\u00ad(Yes)", "ÀÉÎÕÜ àéîõü ¿¡«»",
];
const texts = {
  Symbol: ["αβγ ΩΔ∑∏", "∀ξ∈ℜ", "♣♦♥♠", "→⇒"],
  ZapfDingbats: ["✁✂✃✄", "①②③❶❷", "→✓✔✘", "♠♣"],
};
const embedded = {
  "Ubuntu-R.ttf": [...latin.filter((text) => !text.includes("\u00ad")), "Привет, мир", "Ελληνικά", "fi fl ffi ffl office", "1/2 3/4"],
  "FantasqueSansMono-Regular.otf": [...latin.filter((text) => !/[\u00ad™]/.test(text)), "-> => != >= fi", "Привет"],
  "IndieFlower.ttf": ["AVATAR", "Hello, World!", "fi fl office", "Wave To Ye", "0123456789", ""],
};
const line = (...cells) => console.log(cells.join("\t"));
const document = await PDFDocument.create();
document.registerFontkit(fontkit);
for (const name of Object.values(StandardFonts)) {
  const font = await document.embedFont(name);
  line("height", name, font.heightAtSize(1000), "");
  for (const text of texts[name] ?? latin) line("width", name, font.widthOfTextAtSize(text, 1000), text);
}
for (const [file, texts] of Object.entries(embedded)) {
  const font = await document.embedFont(readFileSync(`${folder}/${file}`), { subset: true });
  line("name", file, font.name, "");
  line("height", file, font.heightAtSize(1000), "");
  for (const text of texts) line("width", file, font.widthOfTextAtSize(text, 1000), text);
}
