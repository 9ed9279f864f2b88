exports.attack = async () => {
  const book = ketrics.Excel.create();
  const row = Array.from({ length: 1_000 }, (_, column) => `cell ${column}`);
  for (let sheets = 0; ; sheets++) {
    const sheet = book.addWorksheet();
    for (let rows = 0; rows < 5_000; rows++) sheet.addRow(row.map((cell) => `${cell} ${rows} ${sheets}`));
    await book.toBuffer();
  }
};
