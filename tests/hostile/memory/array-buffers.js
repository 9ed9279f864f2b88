exports.attack = () => { const kept = []; for (;;) kept.push(new ArrayBuffer(8_000_000)); };
