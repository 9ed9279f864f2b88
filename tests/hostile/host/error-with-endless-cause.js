exports.attack = () => { const error = new Error("x"); error.cause = error; Object.defineProperty(error, "message", { get() { return error; } }); throw error; };
