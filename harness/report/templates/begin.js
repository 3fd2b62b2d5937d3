"use strict";
// The page is complete without this: it builds the ledger and what is folded when they are wanted.
const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
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
