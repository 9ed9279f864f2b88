// What all forks would share, if it were copied by the fork. The test compares the calls.
exports.attack = () => ({
  differs: [Math.random(), Math.random(), crypto.randomUUID(), require("crypto").randomBytes(8).toString("hex"),
    Array.from(crypto.getRandomValues(new Uint32Array(2))).join(), require("crypto").randomInt(2 ** 40)],
});
