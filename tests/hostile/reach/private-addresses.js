// Loopback, private, link-local, metadata and mapped addresses, in every spelling.
const addresses = ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001",
  "0177.0.0.1", "127.000.000.001", "0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
  "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "169.254.169.254",
  "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.170.2", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[ff02::1]", "224.0.0.1",
  "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "metadata.google.internal", "①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1.nip.invalid", "[::ffff:0:127.0.0.1]"];
exports.attack = async ({ port }) => {
  const found = [];
  for (const address of addresses) {
    for (const target of [`http://${address}:${port}/health`, `https://${address}/`]) {
      try { const reply = await ketrics.http.get(target, { timeout: 400 }); found.push(`${target} ${reply.status}`); } catch {}
    }
  }
  return found.length === 0 ? "held" : found;
};
