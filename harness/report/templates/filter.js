"use strict";
// Filters the ledger by verdict. The page is complete without it.
(() => {
  const group = document.querySelector(".filter");
  if (!group) return;
  const buttons = [...group.querySelectorAll("button")];
  const rows = [...document.querySelectorAll("tr[data-verdict]")];
  const show = (wanted) => {
    for (const row of rows) row.hidden = Boolean(wanted) && row.dataset.verdict !== wanted;
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(button.dataset.show === wanted));
    document.getElementById("nothing-left").hidden = rows.some((row) => !row.hidden);
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(button.dataset.show);
  });
  // a link to a hidden claim shows all claims
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#claim-")) show("");
  });
  group.hidden = false;
})();
