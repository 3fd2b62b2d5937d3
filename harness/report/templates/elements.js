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
