exports.attack = () => { const kept = []; for (;;) kept.push(Symbol.for(`s${kept.length}`)); };
