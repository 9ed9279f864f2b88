exports.attack = () => { for (let i = 0; i < 1_000_000; i++) setTimeout(() => {}, 1); };
