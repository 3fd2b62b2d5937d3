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
      make("p", { class: "place" }, [DATA.documents[row.d], row.s].filter(Boolean).join(" · ")),
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
