exports.attack = async () => {
  const volume = await ketrics.Volume.connect("files");
  await volume.put("bulk.bin", Buffer.alloc(4_000_000, 1));
  const kept = [];
  for (;;) {
    const files = await Promise.all(Array.from({ length: 16 }, () => volume.get("bulk.bin")));
    kept.push(...files);
  }
};
