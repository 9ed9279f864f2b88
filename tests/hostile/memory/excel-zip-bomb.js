// Spaces, deflated by hand: one literal, then matches of 258 bytes that cost 13 bits each.
const spaces = (count) => {
  const bytes = Buffer.alloc(Math.ceil((count / 258) * 13 / 8) + 16);
  let at = 0;
  const put = (value, bits) => {
    for (let bit = 0; bit < bits; bit++, at++) bytes[at >> 3] |= ((value >> bit) & 1) << (at & 7);
  };
  const code = (value, bits) => { for (let bit = bits - 1; bit >= 0; bit--) put((value >> bit) & 1, 1); };
  put(1, 1); put(1, 2);
  code(0x30 + 32, 8);
  for (let done = 1; done < count; done += 258) { code(0b11000101, 8); code(0, 5); }
  code(0, 7);
  return bytes.subarray(0, (at + 7) >> 3);
};
const zip = (files) => {
  const parts = [], directory = [];
  let offset = 0;
  for (const { name, content, size } of files) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(content.length, 14); fields.writeUInt32LE(size, 18); fields.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), fields, Buffer.from(name), content);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, entry, Buffer.from(name));
    offset += 30 + name.length + content.length;
  }
  const listed = Buffer.concat(directory), end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8); end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12); end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
};
exports.attack = async () => {
  const found = [];
  const content = spaces(600_000_000);
  for (const size of [600_000_000, 1_000, 0xffffffff]) {
    for (const name of ["xl/workbook.xml", "[Content_Types].xml", "_rels/.rels"]) {
      const bomb = zip(["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"].map((part) =>
        ({ name: part, size: part === name ? size : 1_000, content: part === name ? content : spaces(1_000) })));
      try { await ketrics.Excel.read(bomb); found.push(`${name} of ${size}`); } catch (error) {
        if (!(error instanceof ketrics.Excel.Error)) found.push(`${name} of ${size}: ${error.name}`);
      }
    }
  }
  return found.length === 0 ? "held" : found;
};
