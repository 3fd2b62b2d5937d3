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
