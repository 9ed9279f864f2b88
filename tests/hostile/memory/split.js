exports.attack = () => { const kept = []; for (;;) kept.push("x,".repeat(2 ** 22).split(",")); };
