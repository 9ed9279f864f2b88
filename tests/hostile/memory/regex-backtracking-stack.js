exports.attack = () => { const text = "a".repeat(2 ** 25); for (;;) /(?:(a)|b)*c/.exec(text); };
