// One line of ours must stay one line of the host's log, whatever is in it.
exports.attack = () => {
  console.log("one\n{\"level\":\"error\",\"source\":\"platform\",\"message\":\"forged\"}\r\n\u2028\u2029\u0085 two");
  console.error("\u001b[2J\u001b]0;title\u0007\u009b31m\u0000 \ud800 lone");
  return "held";
};
