exports.attack = async () => {
  const made = await ketrics.Pdf.create();
  for (;;) {
    const page = made.addPage("A4");
    await page.drawText("x".repeat(10_000));
  }
};
