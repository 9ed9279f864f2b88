// A tree of a hundred thousand levels, one that doubles at each level, and one that goes in circles.
const node = (number, kids) => `${number} 0 obj<</Type/Pages/Kids[${kids.map((kid) => `${kid} 0 R`).join(" ")}]>>endobj\n`;
const file = (nodes) => Buffer.from(`%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n${nodes.join("")}trailer<</Root 1 0 R>>\n%%EOF`);
const trees = {
  deep: () => [...Array.from({ length: 100_000 }, (_, level) => node(level + 2, [level + 3])), "100002 0 obj<</Type/Page>>endobj\n"],
  doubling: () => [...Array.from({ length: 60 }, (_, level) => node(level + 2, [level + 3, level + 3])), "62 0 obj<</Type/Page>>endobj\n"],
  circular: () => [node(2, [3, 3]), node(3, [2, 3])],
};
exports.attack = async () => {
  const found = [];
  for (const [name, tree] of Object.entries(trees)) {
    try {
      const read = await ketrics.Pdf.read(file(tree()));
      if (read.getPageCount() > 2) found.push(`${name}: ${read.getPageCount()} pages`);
      const copy = await ketrics.Pdf.create();
      await copy.copyPages(read, read.getPageCount() > 0 ? [0] : []);
      await read.toBuffer();
    } catch (error) {
      if (!(error instanceof ketrics.Pdf.Error)) found.push(`${name}: ${error.name}`);
    }
  }
  return found.length === 0 ? "held" : found;
};
