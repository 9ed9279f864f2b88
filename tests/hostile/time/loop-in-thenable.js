exports.attack = () => ({ then() { for (;;); } });
