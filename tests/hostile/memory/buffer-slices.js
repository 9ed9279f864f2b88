exports.attack = () => { const kept = []; for (;;) kept.push(Buffer.from("x".repeat(1_000)).subarray(0, 1)); };
