// A claim with its own address: the sentence, what was tested, and every track of it.
const card = (() => {
  const dialog = byId("card");
  const anchor = (claim) => `claim-${DATA.suites[claim.u]}-${claim.i}`;
  const verdict = (index) => {
    const [name, sign, word] = DATA.verdicts[index];
    return make("span", { class: `verdict ${name}` }, make("span", { "aria-hidden": "true" }, sign), ` ${word}`);
  };
  const sentence = (text) => text && text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
  const line = (name, ...text) => make("div", {}, make("dt", {}, name), make("dd", {}, ...text));
  const lane = (claim, finding, index) => {
    const machine = DATA.machines[finding.h];
    const level = finding.l && finding.l !== "100 %" ? `, ${finding.l}` : "";
    return make("li", {},
      make("p", { class: "track" }, make("b", {}, finding.t || "all"), machine ? make("span", { class: "muted" }, ` ${machine}`) : ""),
      strip(claim, index, 640, 34) || "",
      make("p", { class: "small" }, verdict(finding.v), " ",
        finding.m ? make("b", {}, finding.m) : "", finding.m ? make("span", { class: "muted" }, `${level}${finding.n ? `, n = ${finding.n}` : ""}`) : "",
        finding.s ? make("span", { class: "tag" }, `on ${finding.s}`) : "",
        finding.r ? make("span", { class: "muted block" }, sentence(finding.r)) : ""));
  };
  const scale = (claim) => claim.e && claim.f.some((one) => one.x)
    ? make("p", { class: "ends small muted", "aria-hidden": "true" }, make("span", {}, claim.e[0]), make("span", {}, claim.e[1])) : "";
  const figure = (claim) => {
    const id = claim.g;
    const found = id && later.part(byId(`suite-${DATA.suites[claim.u]}`), id);
    if (!found) return "";
    found.removeAttribute("id");
    found.querySelectorAll("details, h3, h4").forEach((one) => one.remove());
    return found;
  };
  const reading = (claim, first) => {
    const suite = DATA.suites[claim.u];
    const measured = (claim.f || []).filter((one) => one.m || one.v < 4);
    const idle = (claim.f || []).filter((one) => !measured.includes(one));
    const part = make("section", { class: "reading" },
      make("p", {}, verdict(claim.v), " ", make("span", { class: "muted" }, claim.k ? "an extension of ours" : "read literally"),
        claim.o ? make("span", { class: "tag moved" }, `moved: expected ${claim.o}`) : ""),
      claim.p || claim.t ? make("p", { class: "numbers" }, make("span", { class: "says" }, claim.p || ""), claim.p ? make("span", { class: "muted" }, claim.h ? " published → " : " as read → ") : "",
        make("b", {}, (claim.f && claim.f[0] && claim.f[0].m) || "not measured"), make("span", { class: "muted" }, ` ${claim.t}`)) : "",
      make("p", {}, sentence(claim.r) + (claim.q ? ` (${claim.q})` : "")),
      claim.w ? make("p", { class: "because" }, claim.w) : "",
      claim.y ? make("p", { class: "muted" }, `${claim.k ? "What is ours: " : "How it was read: "}${claim.y}`) : "",
      measured.length ? make("ul", { class: "lanes" }, ...measured.map((one) => lane(claim, one, claim.f.indexOf(one)))) : "",
      scale(claim),
      idle.length ? make("details", {}, make("summary", {}, `${idle.length} not measured`), make("ul", { class: "lanes" }, ...idle.map((one) => lane(claim, one, -1)))) : "",
      make("p", { class: "small muted" }, make("a", { href: `${location.href.split("#")[0]}#${anchor(claim)}` }, `${suite}/${claim.i}`)));
    if (first) part.append(figure(claim));
    return part;
  };
  const repeat = (claim) => {
    const commands = DATA.commands[claim.u];
    if (!commands) return "";
    const took = DATA.took[claim.u];
    return make("section", {}, make("h3", {}, "Repeat it"),
      make("pre", { tabindex: "0" }, make("code", {}, commands.join("\n"))),
      took ? make("p", { class: "small muted" }, `The runs of this suite took ${took}, one after the other.`) : "");
  };
  const show = (row, claim) => {
    const [slug, sign, word] = DATA.answers[row.a];
    const rest = row.c.filter((one) => one !== claim);
    const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(
      close,
      make("p", { class: "small" }, make("span", { class: `answer ${slug}` }, `${sign} ${word}`)),
      quoted("h2", row.q, { id: "card-title", class: "quote" }),
      make("p", { class: "place" }, [DATA.documents[row.d], row.s].filter(Boolean).join(" · ")),
      reading(claim, true),
      ...(rest.length ? [make("h3", {}, rest.length > 1 ? `${rest.length} other readings` : "Another reading")] : []),
      ...rest.map((one) => reading(one, false)),
      repeat(claim));
    if (!dialog.open) dialog.showModal();
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
