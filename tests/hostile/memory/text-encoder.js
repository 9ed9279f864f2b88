exports.attack = () => { const kept = []; for (;;) kept.push(new TextEncoder().encode("é".repeat(1_000_000))); };
