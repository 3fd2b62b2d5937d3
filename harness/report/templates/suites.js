// Finds suites by title, id and document.
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
        const text = `${name} ${suite.querySelector("summary").textContent} ${suite.id}`.toLowerCase();
        suite.hidden = !words.every((word) => text.includes(word));
        here += !suite.hidden;
      }
      shelf.hidden = !here;
      left += here;
    }
    byId("no-suite").hidden = left > 0;
  });
})();
