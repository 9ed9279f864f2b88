// Whatever the SDK reads from an object could come from here.
exports.attack = async () => {
  const names = ["get", "set", "value", "writable", "permissions", "applicationPermissions", "tenant", "id", "volume",
    "Ok", "Err", "class", "arguments", "code", "then", "toJSON", "overwrite", "prefix", "expiresIn", "0", "length"];
  for (const name of names) {
    try { Object.defineProperty(Object.prototype, name, { value: "polluted", writable: true, configurable: true }); } catch {}
  }
  const outcomes = [];
  try {
    const volume = await ketrics.Volume.connect("files");
    await volume.put("mine.txt", "mine");
    outcomes.push(await volume.exists("mine.txt"), await volume.exists("others.txt"));
  } catch (error) { outcomes.push(String(error && error.message)); }
  for (const name of names) delete Object.prototype[name];
  const tenant = ketrics.tenant.code === "hostile" && ketrics.requestor.applicationPermissions.join() === "read,write";
  // A call may fail; it may not come to anything that was not granted.
  return tenant && outcomes[1] !== true ? "held" : outcomes;
};
