exports.attack = () => {
  for (const attempt of [() => process.exit(0), () => process.abort(), () => process.kill(process.pid, 9), () => process.kill(1, 9),
    () => process.dlopen({}, "/x"), () => process.binding("fs"), () => process.chdir("/"), () => process.setuid(0)]) {
    try { attempt(); return String(attempt); } catch {}
  }
  return "held";
};
