exports.attack = () => {
  const end = Date.now() + 30;
  while (Date.now() < end);
  return "held";
};
