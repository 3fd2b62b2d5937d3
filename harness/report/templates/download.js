// Files made from what the page holds, without a network.
const download = (() => {
  const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity",
    "fill-opacity", "font-size", "font-family", "font-weight"];
  const save = (name, blob) => {
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  // A drawing that is whole by itself: what the page's style sheet says is written into it.
  const alone = (svg) => {
    const copy = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((element, index) => {
      const style = getComputedStyle(from[index]);
      element.removeAttribute("class");
      element.setAttribute("style", KEPT.map((key) => `${key}:${style.getPropertyValue(key).replace(/"/g, "'")}`).join(";"));
    });
    const box = svg.viewBox.baseVal;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ width: box.width, height: box.height, fill: getComputedStyle(document.body).backgroundColor }))
      paper.setAttribute(key, value);
    copy.prepend(paper);
    return new XMLSerializer().serializeToString(copy);
  };
  const picture = (svg, name) => save(`${name}.svg`, new Blob([alone(svg)], { type: "image/svg+xml" }));
  const raster = async (svg, name, scale = 3) => {
    const box = svg.viewBox.baseVal;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(alone(svg))}`;
    await image.decode();
    const canvas = make("canvas", { width: box.width * scale, height: box.height * scale });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(`${name}.png`, blob));
  };
  const cell = (text) => /[",\n]/.test(text) ? `"${String(text).replace(/"/g, '""')}"` : String(text);
  // Every run of every track; where only a number over all is known, that.
  const rows = (claim) => {
    const name = `${DATA.suites[claim.u]}/${claim.i}`;
    const found = [["claim", "metric", "track", "machine", "data", "run", "value"]];
    for (const finding of claim.f || []) {
      const head = [name, claim.t || "", finding.t || "", DATA.machines[finding.h] || "", finding.s || ""];
      if (finding.o) finding.o.forEach((value, index) => found.push([...head, index + 1, value]));
      else if (finding.m) found.push([...head, "all", finding.m]);
    }
    return found.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  };
  const values = (claim, name) => save(`${name}.csv`, new Blob([rows(claim)], { type: "text/csv" }));
  const button = (text, act) => {
    const made = make("button", { type: "button", class: "quiet" }, text);
    made.addEventListener("click", act);
    return made;
  };
  const buttons = (svg, name, claim) => make("p", { class: "files" },
    button("SVG", () => picture(svg, name)), button("PNG", () => raster(svg, name)),
    claim ? button("CSV", () => values(claim, name)) : "");
  const copy = (text, name = "Copy") => navigator.clipboard ? button(name, async (event) => {
    await navigator.clipboard.writeText(text);
    event.target.textContent = "Copied";
  }) : "";
  return { buttons, copy, rows, alone };
})();
