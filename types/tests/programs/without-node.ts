// An application without @types/node: the globals come from the package, and a Buffer is bytes.

export async function handler(payload: { name: string }): Promise<number> {
  const volume = await ketrics.Volume.connect("uploads");
  const bytes: Uint8Array = (await volume.get(payload.name)).content;
  console.log(new TextDecoder().decode(bytes), Buffer.from(bytes).toString("base64"));
  setTimeout((text: string) => console.log(text), 5, crypto.randomUUID());
  return new URL("https://example.com/?a=1").searchParams.size + bytes.length;
}
