exports.attack = () => { const f = () => { try { return f(); } finally { f(); } }; return f(); };
