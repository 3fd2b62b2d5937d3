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
// All tracks of a claim on one axis, with the published number drawn through them.
const chart = (() => {
  const LANE = 58;
  const TOP = 26;
  const text = (x, y, words, more = "") => `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`;
  const escaped = (words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const rounded = (number) => Math.round(10 * number) / 10;
  // What the number is called, held within the picture.
  const label = (claim, at, width) => {
    const words = `${claim.h ? "published" : "as read"} ${claim.p}`;
    const x = at(claim.z ?? (claim.b[0] + claim.b[1]) / 2);
    const half = words.length * 3.4;
    const anchor = x < half ? "start" : x > width - half ? "end" : "middle";
    const place = anchor === "start" ? 0 : anchor === "end" ? width : x;
    return text(rounded(place), 13, words, `class="name" text-anchor="${anchor}"`);
  };
  const ticks = (claim, at, width, y) => claim.e.map(([place, words]) => {
    const x = at(place);
    const half = words.length * 3.4;
    const anchor = x < half ? "start" : x > width - half ? "end" : "middle";
    return `<path class="tick" d="M${x} ${y}v5"/>${text(x, y + 18, words, `text-anchor="${anchor}"`)}`;
  });
  const track = (finding) => [finding.t || "all", DATA.machines[finding.h]].filter(Boolean).join(", ");
  // The list below the chart has it whole.
  const within = (words, width) => (words.length * 6.6 > width ? `${words.slice(0, Math.floor(width / 6.6) - 1).trimEnd()}…` : words);
  // Ticks that would lie on each other are left out.
  const apart = (claim, width) => {
    let last = -Infinity;
    return claim.e.filter(([place, words]) => {
      const from = (place / 1000) * width - words.length * 3.4;
      if (from < last + 6) return false;
      last = (place / 1000) * width + words.length * 3.4;
      return true;
    });
  };
  const picture = (claim, shown, width) => {
    const at = (place) => rounded(8 + (place / 1000) * (width - 16));
    const bottom = TOP + LANE * shown.length;
    const through = claim.z === undefined ? "" : `<path class="through" d="M${at(claim.z)} 18V${bottom}"/>`;
    const parts = [label(claim, at, width), through];
    shown.forEach((finding, index) => {
      const y = TOP + LANE * index;
      const [name, sign] = DATA.verdicts[finding.v];
      parts.push(text(0, y + 12, within(`${sign} ${track(finding)}`, width), 'class="track"'),
        `<g class="strip ${name}">${lane(claim, finding, at, y + 34, 34, 1.5)}</g>`);
    });
    parts.push(`<path class="axis" d="M0 ${bottom}H${width}"/>`, ...ticks({ ...claim, e: apart(claim, width) }, at, width, bottom),
      text(width / 2, bottom + 36, claim.t || "", 'class="name" text-anchor="middle"'));
    return [parts.join(""), bottom + 42];
  };
  // Its text has one size whatever the width: it is drawn anew for another, not squeezed.
  return (claim) => {
    const shown = (claim.f || []).filter((finding) => finding.x);
    if (!shown.length || !claim.b || !claim.e) return null;
    const holder = make("div", { class: "chart", role: "img",
      "aria-label": shown.map((finding) => `${track(finding)}: ${described(claim, finding)}`).join("; ") });
    holder.innerHTML = '<svg class="lanes" aria-hidden="true"></svg>';
    const svg = holder.firstChild;
    holder.fit = (width) => {
      if (!(width > 0) || svg.getAttribute("width") === String(width)) return;
      const [content, height] = picture(claim, shown, width);
      svg.innerHTML = content;
      for (const [name, value] of [["viewBox", `0 0 ${width} ${height}`], ["width", width], ["height", height]]) svg.setAttribute(name, value);
    };
    return holder;
  };
})();
// The published number in a figure of the suite, in the units of the picture.
const published = (svg, claim) => {
  if (!svg || !claim.m) return false;
  const [along, size, low, high, beyond, other, from, to, start, beside] = claim.m;
  const upright = along === "y";
  const path = (a, b, c, d) => upright ? `M${c} ${a}L${d} ${b}` : `M${a} ${c}L${b} ${d}`;
  const edge = Math.abs(low - start) < Math.abs(high - start) ? low : high;
  const middle = Math.abs(low - high) > 1 ? (low + high) / 2 : low;
  const at = size ?? (start === undefined ? middle : edge);
  const layer = (content) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "g");
    made.setAttribute("class", "published");
    made.innerHTML = content;
    return made;
  };
  const parts = [];
  if (Math.abs(high - low) > 1)
    svg.prepend(layer(`<path class="allowed" d="${upright ? `M${from} ${low}H${to}V${high}H${from}z` : `M${low} ${from}V${to}H${high}V${from}z`}"/>`));
  // a ratio is counted from a mark of the figure: a bracket leads from there to the number
  if (start !== undefined) {
    const point = (along, across) => (upright ? `${across} ${along}` : `${along} ${across}`);
    parts.push(`<path class="from" d="M${point(start, beside)}L${point(start, other)}L${point(at, other)}"/>`);
  }
  if (size !== null) {
    parts.push(`<path class="line" d="${path(size, size, from, to)}"/>`);
    if (other !== null && !beyond) {
      const [x, y] = upright ? [other, size] : [size, other];
      parts.push(`<path class="said" d="M${x} ${y - 7}l7 7-7 7-7-7z"/>`);
    }
  }
  const words = `${claim.h ? "published" : "as read"} ${claim.p}`;
  const arrow = beyond ? (upright ? (beyond > 0 ? " ↑" : " ↓") : beyond > 0 ? " →" : " ←") : "";
  const box = svg.viewBox.baseVal;
  const half = 3.7 * (words.length + arrow.length);
  const x = upright ? Math.max(from, to) - 2 : Math.min(Math.max(at, half), box.width - half);
  const near = upright ? (at - 16 < Math.min(low, high, 16) ? at + 14 : at - 5) : Math.min(from, to) - 4;
  parts.push(`<text x="${x}" y="${near}" text-anchor="${upright ? "end" : "middle"}"></text>`);
  const over = layer(parts.join(""));
  over.querySelector("text").textContent = words + arrow;
  svg.append(over);
  return true;
};
