exports.attack = () => { let deep = []; for (let i = 0; i < 1_000_000; i++) deep = [deep]; return deep; };
