exports.attack = () => { try { throw new Error("x"); } finally { for (;;); } };
