exports.attack = () => { const map = new WeakMap(), kept = []; for (;;) { const key = {}; kept.push(key); map.set(key, kept); } };
