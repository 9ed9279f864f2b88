exports.attack = () => { let n = 3n; for (;;) n *= n; };
