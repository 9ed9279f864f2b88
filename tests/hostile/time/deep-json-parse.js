// Each level is a few bytes of text and much more in memory; the parser must not run off its stack.
exports.attack = () => {
  const deep = "[".repeat(2_000_000) + "]".repeat(2_000_000);
  for (;;) JSON.parse(deep);
};
