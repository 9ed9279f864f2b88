exports.attack = () => {
  const kept = [];
  for (;;) {
    let rope = `a${kept.length}`;
    while (rope.length < 2 ** 26) rope += rope;
    rope.charCodeAt(5);
    kept.push(rope, /b/.test(rope));
  }
};
