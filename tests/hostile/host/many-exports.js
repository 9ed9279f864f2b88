for (let i = 0; i < 100_000; i++) exports[`f${i}`] = () => i;
exports.attack = () => "held";
