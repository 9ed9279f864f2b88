exports.attack = () => { let s = "aa"; for (;;) s = s.replace(/a/g, "aaaa"); };
