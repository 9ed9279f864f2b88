// The error is caught and the next one asked for, again and again.
exports.attack = () => {
  const kept = [];
  for (;;) {
    try { kept.push(new ArrayBuffer(1_000_000)); } catch { kept.push({}); }
  }
};
