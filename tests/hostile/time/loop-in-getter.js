exports.attack = () => ({ get x() { for (;;); } });
