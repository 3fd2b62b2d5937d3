// On paper the sentences at hand are a plain table.
addEventListener("beforeprint", () => {
  const body = make("tbody");
  for (const row of ledger.shown()) {
    const claim = row.c[row.l];
    const [slug, sign, word] = DATA.answers[row.a];
    body.append(make("tr", {}, make("td", { class: slug }, `${sign} ${word}`),
      quoted("td", row.q), make("td", {}, claim.p || ""), make("td", {}, claim.f?.[0]?.m || "")));
  }
  const head = ["Answer", "Sentence", "Published", "Measured"].map((name) => make("th", { scope: "col" }, name));
  byId("print").replaceChildren(make("table", { class: "plain" }, make("thead", {}, make("tr", {}, ...head)), body));
});
addEventListener("afterprint", () => byId("print").replaceChildren());
