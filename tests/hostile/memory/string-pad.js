exports.attack = () => { const kept = []; for (;;) kept.push(`${kept.length}`.padEnd(2 ** 28, "xy")); };
