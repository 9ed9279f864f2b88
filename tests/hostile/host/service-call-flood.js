exports.attack = async () => {
  const volume = await ketrics.Volume.connect("files");
  const outcomes = await Promise.allSettled(Array.from({ length: 3_000 }, (_, i) => volume.exists(`k${i}`)));
  const refused = outcomes.filter((outcome) => outcome.status === "rejected" && /limit/.test(outcome.reason.message));
  return refused.length >= 2_000 ? "held" : refused.length;
};
