exports.attack = () => { const kept = []; for (;;) kept.push(new Promise(() => {})); };
