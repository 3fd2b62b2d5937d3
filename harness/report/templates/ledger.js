// The rows that the address asks for, built as they come near.
const ledger = (() => {
  const section = byId("ledger");
  const form = section.querySelector(".filters");
  if (!form) return { shown: () => [], of: () => [] };
  const list = section.querySelector(".rows");
  const status = form.querySelector("output");
  const STEP = 12;
  const FEW = 5;
  let shown = [];
  const plain = (html) => html.replace(/<[^>]+>/g, "");
  for (const row of DATA.rows) {
    const suites = row.c.map((claim) => DATA.suites[claim.u]);
    row.suites = new Set(suites);
    row.far = Math.max(...row.c.map((claim) => (claim.k ? -1 : claim.x ?? -1)));
    row.text = [plain(row.q), row.s, DATA.documents[row.d],
      ...row.c.flatMap((claim, index) => [`${suites[index]}/${claim.i}`, claim.p, claim.t, claim.w, claim.f?.[0]?.m])]
      .filter(Boolean).join("\n").toLowerCase();
  }
  const option = (name, value, text) => form.elements[name].append(make("option", { value }, text));
  DATA.answers.forEach(([slug, sign, word]) => option("answer", slug, `${sign} ${word}`));
  DATA.documents.forEach((title, index) => option("document", String(index), title));
  [...DATA.suites].sort().forEach((id) => option("suite", id, id));

  const kept = (row, state, words) =>
    (!state.answer || DATA.answers[row.a][0] === state.answer) &&
    (!state.document || String(row.d) === state.document) &&
    (!state.suite || row.suites.has(state.suite)) &&
    (!state.kind || row.c.some((claim) => (claim.k ? "extension" : "literal") === state.kind)) &&
    words.every((word) => row.text.includes(word));
  const numbers = (claim) => {
    const measured = claim.f?.[0]?.m;
    return make("p", { class: "numbers" },
      claim.p ? make("span", { class: "says" }, claim.p) : "", claim.p ? " → " : "",
      measured ? make("b", {}, measured) : make("span", { class: "muted" }, "not measured"));
  };
  const item = (row, claim = row.c[row.l], title = DATA.documents[row.d]) => {
    const [slug, sign, word] = DATA.answers[row.a];
    const link = make("a", { href: `#${card.anchor(claim)}` },
      quoted("span", row.q, row.n ? { "aria-hidden": "true" } : {}),
      row.n ? make("span", { class: "aloud" }, row.n) : "");
    const moved = row.c.find((one) => one.o);
    return make("li", {},
      make("p", { class: `answer ${slug}` }, make("span", { "aria-hidden": "true" }, sign), ` ${word}`),
      make("div", { class: "words" }, make("p", { class: "quote" }, link),
        make("p", { class: "place" }, [title, row.s, row.c.length > 1 ? `${row.c.length} readings` : ""].filter(Boolean).join(" · "),
          moved ? make("span", { class: "tag moved" }, `moved: expected ${moved.o}`) : "")),
      strip(claim, 0) || make("div", { class: "strip" }),
      numbers(claim));
  };
  // The sentences of a suite, those that did not hold first; a row shows a reading of the suite.
  const of = (suite, told) => {
    const own = DATA.rows.filter((row) => row.suites.has(suite) && !row.c.some((claim) => card.anchor(claim) === told));
    const reading = (row) => (DATA.suites[row.c[row.l].u] === suite ? row.c[row.l] : row.c.find((claim) => DATA.suites[claim.u] === suite));
    return own.sort((a, b) => a.a - b.a).slice(0, FEW).map((row) => item(row, reading(row), ""));
  };
  const more = () => {
    const from = list.childElementCount;
    list.append(...shown.slice(from, from + STEP).map((row) => item(row)));
    // the sentinel is told again only when it leaves and comes back
    if (list.childElementCount < shown.length) near.unobserve(byId("more")), near.observe(byId("more"));
  };
  const near = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(), { rootMargin: "800px" });
  const apply = (state) => {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    shown = DATA.rows.filter((row) => kept(row, state, words));
    if (state.sort === "distance") shown = [...shown].sort((a, b) => b.far - a.far);
    for (const name of ["q", "answer", "document", "suite", "kind", "sort"])
      if (form.elements[name].value !== state[name]) form.elements[name].value = state[name];
    list.replaceChildren();
    more();
    status.textContent = `${shown.length} of ${DATA.rows.length}`;
    byId("nothing-left").hidden = shown.length > 0;
  };
  const chosen = () => {
    const state = { ...address.read(), ...Object.fromEntries(new FormData(form)) };
    address.replace(state);
    apply(state);
  };
  form.addEventListener("input", chosen);
  form.addEventListener("submit", (event) => event.preventDefault());

  const follow = () => {
    const state = address.read();
    const found = card.find(state.place);
    apply(state);
    if (found) return card.show(...found);
    if (byId("card").open) byId("card").close();
    const target = state.place && byId(state.place.startsWith("figure-") ? unfolded(state.place) : state.place);
    if (!target) return;
    if (target.matches("details")) target.open = true;
    if (location.hash.includes("&") || target.matches("details, figure")) target.scrollIntoView();
  };
  const unfolded = (id) => {
    const suite = DATA.suites.filter((name) => id.startsWith(`figure-${name}-`)).sort((a, b) => b.length - a.length)[0];
    const fold = byId(`suite-${suite}`);
    if (fold) fold.open = true, later.build(fold);
    return id;
  };
  form.hidden = list.hidden = section.querySelector(".key").hidden = false;
  section.querySelector(".key .strip").replaceWith(
    strip({ b: [420, 760], z: 600, p: "a number", j: [0, 1000, 0], f: [{ v: 1, x: [180, 240, 300], o: [120, 200, 230, 280, 350] }] }, 0, 120));
  for (const holder of document.querySelectorAll(".strip[data-claim]")) {
    const found = card.find(holder.dataset.claim);
    const drawn = found && strip(found[1], 0, 320, 34);
    if (drawn) holder.replaceWith(drawn);
  }
  addEventListener("hashchange", follow);
  follow();
  return { shown: () => shown, of };
})();

// On paper the sentences at hand are a plain table.
addEventListener("beforeprint", () => {
  const body = make("tbody");
  for (const row of ledger.shown()) {
    const claim = row.c[row.l];
    const [slug, sign, word] = DATA.answers[row.a];
    const said = quoted("td", row.q);
    said.append(make("small", {}, placed(row)));
    body.append(make("tr", {}, make("td", { class: slug }, `${sign} ${word}`),
      said, make("td", {}, claim.p || ""), make("td", {}, claim.f?.[0]?.m || "")));
  }
  const head = ["Answer", "Sentence", "Published", "Measured"].map((name) => make("th", { scope: "col" }, name));
  byId("print").replaceChildren(
    make("p", {}, `${body.childElementCount} of ${DATA.rows.length}; suites, figures and cards are on the screen only.`),
    make("table", { class: "plain" }, make("thead", {}, make("tr", {}, ...head)), body));
});
addEventListener("afterprint", () => byId("print").replaceChildren());
// A suite shows the first of its sentences once it is built.
for (const suite of document.querySelectorAll(".suite")) {
  const fill = () => {
    const claims = suite.querySelector(".claims");
    const rows = claims ? ledger.of(claims.dataset.suite, claims.dataset.told) : [];
    if (rows.length) claims.prepend(make("ol", { class: "rows" }, ...rows));
  };
  if (suite.querySelector(".claims")) fill(); // by the address, before this was read
  else suite.addEventListener("built", fill, { once: true });
}
// Finds suites by title, question, id and document.
(() => {
  const field = byId("find-suite");
  if (!field) return;
  const shelves = [...document.querySelectorAll(".shelf")];
  field.closest("p").hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const shelf of shelves) {
      const name = shelf.querySelector("h3").textContent;
      let here = 0;
      for (const suite of shelf.querySelectorAll(".suite")) {
        const text = `${name} ${suite.querySelector("summary").textContent} ${suite.dataset.question || ""} ${suite.id}`.toLowerCase();
        suite.hidden = !words.every((word) => text.includes(word));
        here += !suite.hidden;
      }
      shelf.hidden = !here;
      left += here;
    }
    byId("no-suite").hidden = left > 0;
  });
})();
