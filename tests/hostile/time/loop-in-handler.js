exports.attack = () => { for (;;); };
