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
