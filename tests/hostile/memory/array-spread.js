exports.attack = () => { let a = [1]; for (;;) a = [...a, ...a]; };
