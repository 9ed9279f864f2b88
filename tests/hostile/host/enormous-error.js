exports.attack = () => { throw new Error("x".repeat(20 * 1024 * 1024)); };
