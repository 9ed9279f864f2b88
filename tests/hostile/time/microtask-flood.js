exports.attack = () => new Promise(() => {
  const again = () => { Promise.resolve().then(again); queueMicrotask(() => {}); };
  again();
});
