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
