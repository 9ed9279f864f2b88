exports.attack = () => ({ toJSON() { for (;;); } });
