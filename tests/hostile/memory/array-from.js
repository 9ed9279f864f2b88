exports.attack = () => Array.from({ length: 2 ** 30 }, (_, i) => i).length;
