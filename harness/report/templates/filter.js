"use strict";
// Filters the claims by verdict and unfolds what is asked for. The page is complete without it.
(() => {
  const unfold = (element) => {
    const fold = element.closest("details.fold");
    if (fold) fold.open = true;
  };
  const group = document.querySelector(".filter");
  if (!group) return;
  const buttons = [...group.querySelectorAll("button")];
  const rows = [...document.querySelectorAll("tr[data-verdict]")];
  const show = (wanted) => {
    for (const row of rows) row.hidden = Boolean(wanted) && row.dataset.verdict !== wanted;
    if (wanted) for (const row of rows) if (!row.hidden) unfold(row);
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(button.dataset.show === wanted));
    document.getElementById("nothing-left").hidden = rows.some((row) => !row.hidden);
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(button.dataset.show);
  });
  // a link to a hidden claim shows all claims, one into what is folded unfolds it
  const follow = () => {
    if (location.hash.startsWith("#claim-")) show("");
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !target.closest("details.fold")) return;
    unfold(target);
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  follow();
  group.hidden = false;
})();
