// Minified: names are gone, and behaviour must not depend on them.

class InvoiceError extends Error {
  constructor(readonly invoice: string) {
    super(`invoice ${invoice} is not there`);
    this.name = "InvoiceError";
  }
}

export async function run(payload: { key: string }) {
  const volume = await ketrics.Volume.connect("files");
  await volume.put(payload.key, "min");
  const caught: unknown[] = [];
  try {
    await volume.put(payload.key, "again", { ifNotExists: true });
  } catch (error) {
    caught.push((error as Error).name, (error as Error).constructor.name, error instanceof ketrics.FileAlreadyExistsError);
  }
  try {
    throw new InvoiceError("7");
  } catch (error) {
    caught.push((error as InvoiceError).invoice, (error as Error).name);
  }
  return { caught };
}

export async function fail() {
  throw new InvoiceError("8");
}
