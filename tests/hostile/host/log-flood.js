exports.attack = () => { for (let i = 0; i < 1_000_000; i++) console.log("x".repeat(10_000)); return "held"; };
