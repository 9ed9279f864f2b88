exports.attack = () => new Array(2 ** 29).join("xxxx").length;
