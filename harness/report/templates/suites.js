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
