// One cell in the last corner of each of many sheets: what is empty must cost nothing.
exports.attack = async () => {
  const book = ketrics.Excel.create();
  for (let number = 0; number < 40; number++) {
    const sheet = book.addWorksheet(`s${number}`);
    sheet.getCell("XFD1048576").value = number;
    sheet.mergeCells("A1:XFC1048575");
  }
  const again = await ketrics.Excel.read(await book.toBuffer());
  return again.getWorksheet("s7").getCell("XFD1048576").value === 7 ? "held" : "it is lost";
};
