// The strip of a claim: band, interval, runs and the published number, on one scale.
const MOST = 60;
// Where the value of a run lies on the scale of its claim, in thousandths.
const step = (claim, value) => {
  const [low, high, log] = claim.j;
  const number = Number(value);
  if (!Number.isFinite(number)) return value === "inf" ? 1000 : 0;
  if (log && number <= 0) return 0;
  const share = log ? Math.log(number / low) / Math.log(high / low) : (number - low) / (high - low);
  return 1000 * Math.min(1, Math.max(0, share));
};
// One lane as SVG elements in text: `at` turns thousandths into pixels.
const lane = (claim, finding, at, middle, tall, big) => {
  const [low, high] = claim.b.map(at);
  const [from, mean, to] = finding.x.map(at);
  const half = tall / 2 - 2;
  const parts = [`<path class="base" d="M${at(0)} ${middle}H${at(1000)}"/>`,
    `<path class="band" d="M${low} ${middle - half}H${Math.max(high, low + 1.5)}V${middle + half}H${low}z"/>`];
  if (finding.o) {
    const every = Math.ceil(finding.o.length / MOST);
    const dots = finding.o.filter((_, index) => index % every === 0);
    parts.push(`<path class="dots" d="${dots.map((value) => `M${at(step(claim, value))} ${middle}h0`).join("")}"/>`);
  }
  parts.push(`<path class="interval" d="M${from} ${middle}H${Math.max(to, from + 0.1)}"/>`,
    `<path class="mean" d="M${mean} ${middle - 7 * big}v${14 * big}"/>`);
  if (claim.z !== undefined) {
    const r = 5 * big;
    parts.push(`<path class="said" d="M${at(claim.z)} ${middle - r}l${r} ${r}-${r} ${r}-${r}-${r}z"/>`);
  }
  return parts.join("");
};
const strip = (claim, index, width = 240, height = 22) => {
  const finding = claim && claim.f && claim.f[index];
  if (!finding || !finding.x || !claim.b) return null;
  const room = 8;
  const at = (place) => Math.round(10 * (room + (place / 1000) * (width - 2 * room))) / 10;
  const holder = make("div", { class: `strip ${DATA.verdicts[finding.v][0]}`, role: "img",
    "aria-label": described(claim, finding) });
  holder.innerHTML = `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${lane(claim, finding, at, height / 2, height, height > 30 ? 1.5 : 1)}</svg>`;
  return holder;
};
const described = (claim, finding) =>
  `${claim.p ? `published ${claim.p}, ` : ""}measured ${finding.m || "nothing"}`;
