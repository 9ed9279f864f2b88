exports.attack = () => Promise.resolve().then(() => { for (;;); });
