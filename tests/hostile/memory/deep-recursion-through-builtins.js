exports.attack = () => { const f = () => [1].map(f).concat(JSON.stringify({ toJSON: f })); return f(); };
