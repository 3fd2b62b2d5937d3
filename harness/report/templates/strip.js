// The strip of a claim: band, interval, runs and the published number, on one scale.
const strip = (claim, lane, width = 240, height = 22) => {
  const finding = claim && claim.f && claim.f[lane];
  if (!finding || !finding.x || !claim.b) return null;
  const room = 8;
  const at = (step) => Math.round(10 * (room + (step / 1000) * (width - 2 * room))) / 10;
  const middle = height / 2;
  const [low, high] = claim.b.map(at);
  const [from, mean, to] = finding.x.map(at);
  const big = height > 30 ? 1.5 : 1;
  const parts = [`<path class="base" d="M0 ${middle}H${width}"/>`,
    `<path class="band" d="M${low} 2H${Math.max(high, low + 1.5)}V${height - 2}H${low}z"/>`];
  if (finding.o)
    parts.push(`<path class="dots" d="${finding.o.map((x) => `M${at(x)} ${middle}h0`).join("")}"/>`);
  parts.push(`<path class="interval" d="M${from} ${middle}H${Math.max(to, from + 0.1)}"/>`,
    `<path class="mean" d="M${mean} ${middle - 7 * big}v${14 * big}"/>`);
  if (claim.z !== undefined) {
    const x = at(claim.z);
    const r = 5 * big;
    parts.push(`<path class="said" d="M${x} ${middle - r}l${r} ${r}-${r} ${r}-${r}-${r}z"/>`);
  }
  const holder = make("div", { class: `strip ${DATA.verdicts[finding.v][0]}`, role: "img",
    "aria-label": described(claim, finding) });
  holder.innerHTML = `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${parts.join("")}</svg>`;
  return holder;
};
const described = (claim, finding) =>
  `${claim.p ? `published ${claim.p}, ` : ""}measured ${finding.m || "nothing"}`;
