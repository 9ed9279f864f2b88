exports.attack = () => {
  setTimeout(() => { for (;;); }, 0);
  return "held";
};
