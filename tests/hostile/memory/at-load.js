const kept = []; for (;;) kept.push(new Array(100_000).fill({}));
exports.attack = () => kept.length;
