exports.attack = () => {
  for (;;);
};
