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
