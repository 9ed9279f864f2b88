exports.attack = () => {
  const kept = [];
  for (;;) {
    const buffer = new ArrayBuffer(1, { maxByteLength: 2 ** 28 });
    buffer.resize(2 ** 28);
    new Uint8Array(buffer).fill(1);
    kept.push(buffer);
  }
};
