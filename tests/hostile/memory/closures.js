exports.attack = () => { let f = () => 1; for (;;) { const inner = f, bulk = new Array(100).fill(f); f = () => [inner, bulk]; } };
