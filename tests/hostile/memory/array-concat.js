exports.attack = () => { let a = new Array(1_000).fill(1); for (;;) a = a.concat(a); };
