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
// A claim with its own address: the sentence, what was tested, and every track of it.
const card = (() => {
  const dialog = byId("card");
  const anchor = (claim) => `claim-${DATA.suites[claim.u]}-${claim.i}`;
  const here = (claim) => `${location.href.split("#")[0]}#${anchor(claim)}`;
  const verdict = (index) => {
    const [name, sign, word] = DATA.verdicts[index];
    return make("span", { class: `verdict ${name}` }, make("span", { "aria-hidden": "true" }, sign), ` ${word}`);
  };
  const sentence = (text) => text && text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
  const track = (finding) => {
    const machine = DATA.machines[finding.h];
    const level = finding.l && finding.l !== "100 %" ? `, ${finding.l} interval` : "";
    return make("li", {},
      make("p", {}, make("b", {}, finding.t || "all"), machine ? make("span", { class: "muted" }, ` ${machine}`) : ""),
      make("p", {}, verdict(finding.v), " ",
        finding.m ? make("b", {}, finding.m) : "", finding.m ? make("span", { class: "muted" }, `${level}${finding.n ? `, n = ${finding.n}` : ""}`) : "",
        finding.s ? make("span", { class: "tag" }, `on ${finding.s}`) : "",
        finding.r ? make("span", { class: "muted block" }, sentence(finding.r)) : ""));
  };
  const figure = (claim) => {
    const suite = DATA.suites[claim.u];
    const source = claim.g && later.part(byId(`suite-${suite}`), claim.g);
    if (!source) return "";
    // the same drawing may stand in its suite: names within it are the card's own
    const holder = document.createElement("template");
    holder.innerHTML = source.outerHTML.replace(/( id="| href="#|url\(#)(d\d+-)/g, "$1card-$2");
    const found = holder.content.firstElementChild;
    const named = found.querySelector("h3, h4");
    found.removeAttribute("id");
    found.querySelectorAll("details").forEach((one) => one.remove());
    const title = named ? named.textContent : "";
    if (named) named.remove();
    const svg = found.querySelector("svg.drawing");
    const marked = published(svg, claim);
    found.prepend(make("p", { class: "muted small" }, marked ? `${title}, with what the sentence says${claim.n ? `, counted from ${claim.n}` : ""}` : `From the same suite: ${title}`));
    if (svg) found.append(download.buttons(svg, claim.g));
    return found;
  };
  const reading = (claim, first) => {
    const suite = DATA.suites[claim.u];
    const measured = (claim.f || []).filter((one) => one.m || one.v < 4);
    const idle = (claim.f || []).filter((one) => !measured.includes(one));
    const drawn = chart(claim);
    const part = make("section", { class: "reading" },
      make("p", {}, verdict(claim.v), " ", make("span", { class: "muted" }, claim.k ? "an extension of ours" : "read literally"),
        claim.o ? make("span", { class: "tag moved" }, `moved: expected ${claim.o}`) : ""),
      claim.p || claim.t ? make("p", { class: "numbers" }, make("span", { class: "says" }, claim.p || ""), claim.p ? make("span", { class: "muted" }, claim.h ? " published → " : " as read → ") : "",
        make("b", {}, (claim.f && claim.f[0] && claim.f[0].m) || "not measured"), make("span", { class: "muted" }, ` ${claim.t}`)) : "",
      make("p", {}, sentence(claim.r) + (claim.q ? ` (${claim.q})` : "")),
      claim.w ? make("p", { class: "because" }, claim.w) : "",
      claim.y ? make("p", { class: "muted" }, `${claim.k ? "What is ours: " : "How it was read: "}${claim.y}`) : "",
      drawn || "",
      drawn ? download.buttons(drawn.querySelector("svg"), anchor(claim), claim) : "",
      measured.length ? make("ul", { class: "lanes small" }, ...measured.map(track)) : "",
      idle.length ? make("details", {}, make("summary", {}, `${idle.length} not measured`), make("ul", { class: "lanes small" }, ...idle.map(track))) : "",
      first ? figure(claim) : "",
      make("p", { class: "small muted" }, make("a", { href: here(claim) }, `${suite}/${claim.i}`), " ", download.copy(here(claim), "Copy link")));
    return part;
  };
  const repeat = (claim) => {
    const commands = DATA.commands[claim.u];
    if (!commands) return "";
    const took = DATA.took[claim.u];
    return make("section", {}, make("h3", {}, "Repeat it"),
      make("pre", { tabindex: "0" }, make("code", {}, commands.join("\n"))),
      make("p", { class: "small muted" }, download.copy(commands.join("\n")), took ? ` The runs of this suite took ${took}, one after the other.` : ""));
  };
  // The sentences before and after it in its section, as far as they are quoted.
  const context = (row) => {
    const index = DATA.rows.indexOf(row);
    const beside = (other, word) => {
      if (!other || other.d !== row.d || other.s !== row.s) return "";
      const [slug, sign, said] = DATA.answers[other.a];
      const link = quoted("a", other.q, { href: here(other.c[other.l]) });
      return make("li", {}, make("span", { class: "muted" }, `${word} `), link, make("span", { class: `answer ${slug}` }, ` ${sign} ${said}`));
    };
    const found = [beside(DATA.rows[index - 1], "before"), beside(DATA.rows[index + 1], "after")].filter(Boolean);
    return found.length ? make("section", {}, make("h3", {}, "Beside it in the document"), make("ul", { class: "beside small" }, ...found)) : "";
  };
  // A chart is as wide as its place, at first and when a phone is turned or a window drawn.
  const fit = () => {
    const charts = [...dialog.querySelectorAll(".chart")];
    const widths = charts.map((one) => Math.floor(one.clientWidth));
    charts.forEach((one, index) => one.fit(widths[index]));
  };
  new ResizeObserver(fit).observe(dialog);
  const show = (row, claim) => {
    const [slug, sign, word] = DATA.answers[row.a];
    const rest = row.c.filter((one) => one !== claim);
    const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => dialog.close());
    if (!dialog.open) dialog.showModal();
    dialog.replaceChildren(
      close,
      make("p", { class: "small" }, make("span", { class: `answer ${slug}` }, `${sign} ${word}`)),
      quoted("h2", row.q, { id: "card-title", class: "quote" }),
      make("p", { class: "place" }, placed(row)),
      reading(claim, true),
      ...(rest.length ? [make("h3", {}, rest.length > 1 ? `${rest.length} other readings` : "Another reading")] : []),
      ...rest.map((one) => reading(one, false)),
      repeat(claim),
      context(row));
    fit();
    close.focus();
    dialog.scrollTop = 0;
  };
  const find = (place) => {
    for (const row of DATA.rows)
      for (const claim of row.c) if (anchor(claim) === place) return [row, claim];
    return null;
  };
  dialog.addEventListener("close", () => {
    const state = address.read();
    if (find(state.place)) address.replace({ ...state, place: "" });
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return { show, find, anchor };
})();
