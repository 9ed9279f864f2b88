exports.attack = () => new Proxy({}, { ownKeys() { for (;;); } });
