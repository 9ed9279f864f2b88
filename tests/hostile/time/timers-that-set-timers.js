exports.attack = () => new Promise(() => {
  const again = () => { setTimeout(again, 0); setImmediate(() => {}); };
  for (let i = 0; i < 1_000; i++) again();
});
