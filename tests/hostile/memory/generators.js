exports.attack = () => { const kept = []; for (;;) { const g = (function* () { yield new Array(100).fill(0); })(); g.next(); kept.push(g); } };
