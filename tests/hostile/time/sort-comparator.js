exports.attack = () => {
  const list = Array.from({ length: 1_000_000 }, (_, i) => i);
  for (;;) list.sort(() => Math.random() - 0.5);
};
