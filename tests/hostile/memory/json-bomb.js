exports.attack = () => { let bomb = [1]; for (let i = 0; i < 60; i++) bomb = [bomb, bomb]; return bomb; };
