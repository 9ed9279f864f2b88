exports.attack = () => new Promise(() => { const again = () => process.nextTick(again); again(); });
