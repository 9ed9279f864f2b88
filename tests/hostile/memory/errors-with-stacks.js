exports.attack = () => { Error.stackTraceLimit = Infinity; const kept = []; const f = (n) => { if (n > 0) f(n - 1); kept.push(new Error("x").stack); }; for (;;) f(500); };
