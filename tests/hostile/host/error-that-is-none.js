exports.attack = () => { throw new Proxy({}, { get() { throw new Error("again"); }, getPrototypeOf() { throw 1; } }); };
