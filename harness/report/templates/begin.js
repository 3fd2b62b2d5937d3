"use strict";
// The page is complete without this: it builds the ledger and what is folded when they are wanted.
const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const placed = (row) => [DATA.documents[row.d], row.s].filter(Boolean).join(" · ");
// Elements from names, attributes and children; text stays text.
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== "" && value !== null && value !== undefined) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== "" && child !== null));
  return element;
};
// Only sentences have markup: they were escaped when the page was made.
const quoted = (name, html, attributes = {}) => {
  const element = make(name, attributes);
  element.innerHTML = html;
  return element;
};
// What stands in a noscript element is built when it is opened or comes near.
const later = (() => {
  const build = (holder) => {
    const source = holder.querySelector(":scope > noscript");
    if (!source) return;
    const built = document.createElement("template");
    built.innerHTML = source.textContent;
    source.replaceWith(built.content);
    holder.dispatchEvent(new Event("built"));
  };
  const near = new IntersectionObserver(
    (seen) => seen.filter((one) => one.isIntersecting).forEach((one) => build(one.target)),
    { rootMargin: "600px" },
  );
  document.querySelectorAll(".later").forEach((holder) => near.observe(holder));
  document.querySelectorAll("details").forEach((fold) =>
    fold.addEventListener("toggle", () => fold.open && build(fold)));
  // A part of what is not built yet, without building the rest of it.
  const part = (holder, id) => {
    const there = byId(id);
    if (there) return there.cloneNode(true);
    const source = holder && holder.querySelector(":scope > noscript");
    if (!source) return null;
    const built = document.createElement("template");
    built.innerHTML = source.textContent;
    return built.content.querySelector(`#${CSS.escape(id)}`);
  };
  return { build, part };
})();
// What is shown is in the address: #place&key=value, so that a view can be shared.
const address = (() => {
  const KEYS = ["q", "answer", "document", "suite", "kind", "sort"];
  const read = () => {
    const parts = location.hash.slice(1).split("&");
    const state = { place: "" };
    for (const key of KEYS) state[key] = "";
    for (const part of parts) {
      const [key, value] = part.split("=");
      if (value === undefined) state.place = decoded(key);
      else if (KEYS.includes(key)) state[key] = decoded(value);
    }
    return state;
  };
  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const written = (state) => {
    const parts = KEYS.filter((key) => state[key]).map((key) => `${key}=${encodeURIComponent(state[key])}`);
    if (state.place) parts.unshift(encodeURIComponent(state.place));
    return `#${parts.join("&")}`;
  };
  // replaced: as one types, or closes a card, nothing is to jump
  const replace = (state) => history.replaceState(null, "", written(state));
  return { read, written, replace };
})();
