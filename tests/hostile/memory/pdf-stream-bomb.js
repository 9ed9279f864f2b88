// Deflated streams that inflate to 600 MB each: as content of a page, as objects, as references.
const zeros = (count) => {
  const bytes = Buffer.alloc(Math.ceil((count / 258) * 13 / 8) + 24);
  let at = 16;
  bytes[0] = 0x78; bytes[1] = 0xda;
  const put = (value, bits) => {
    for (let bit = 0; bit < bits; bit++, at++) bytes[at >> 3] |= ((value >> bit) & 1) << (at & 7);
  };
  const code = (value, bits) => { for (let bit = bits - 1; bit >= 0; bit--) put((value >> bit) & 1, 1); };
  put(1, 1); put(1, 2);
  code(0x30 + 32, 8);
  for (let done = 1; done < count; done += 258) { code(0b11000101, 8); code(0, 5); }
  code(0, 7);
  return bytes.subarray(0, ((at + 7) >> 3) + 4);
};
exports.attack = async () => {
  const bomb = zeros(600_000_000), found = [];
  for (const kind of ["", "/Type/ObjStm/N 1/First 4", "/Type/XRef/Size 9/W[1 2 1]/Root 1 0 R"]) {
    const parts = [Buffer.from("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Contents 10 0 R>>endobj\n")];
    let offset = parts[0].length;
    for (let number = 10; number < 13; number++) {
      const head = Buffer.from(`${number} 0 obj<</Length ${bomb.length}/Filter/FlateDecode${kind}>>stream\n`);
      parts.push(head, bomb, Buffer.from("\nendstream endobj\n"));
    }
    parts.push(Buffer.from(`trailer<</Root 1 0 R>>\nstartxref\n${offset}\n%%EOF`));
    try {
      const read = await ketrics.Pdf.read(Buffer.concat(parts));
      const page = read.getPageCount() > 0 ? read.getPage(0) : read.addPage();
      await page.drawText("x");
      await read.toBuffer();
    } catch (error) {
      if (!(error instanceof ketrics.Pdf.Error)) found.push(`${kind}: ${error.name}`);
    }
  }
  return found.length === 0 ? "held" : found;
};
