exports.attack = () => "x".repeat(2 ** 30);
