exports.attack = () => {
  const list = new Array(100_000).fill({ a: [1, 2, 3], b: "text" });
  for (;;) JSON.stringify(list);
};
