// Content that never ends, lies about its length, or throws in the middle.
exports.attack = async () => {
  const volume = await ketrics.Volume.connect("files");
  const outcomes = [];
  const contents = [
    { async *[Symbol.asyncIterator]() { yield "a"; throw new Error("mine"); } },
    { [Symbol.asyncIterator]() { return { next: () => ({ then: undefined, done: false, value: { length: -1 } }), return() { throw new Error("mine"); } }; } },
    { [Symbol.asyncIterator]: 1 },
    { [Symbol.iterator]() { return { next: () => null }; } },
  ];
  for (const [index, content] of contents.entries()) {
    const key = `iterated-${index}.txt`;
    try { await volume.put(key, content); } catch {}
    if (await volume.exists(key)) outcomes.push(key);
  }
  return outcomes.length === 0 ? "held" : outcomes;
};
