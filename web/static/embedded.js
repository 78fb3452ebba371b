"use strict";

// Inside a frame: tells the page around it how tall it is and what happened, and takes its colours.

(() => {
  const parent = document.documentElement.dataset.parent;
  if (!parent || window.parent === window) return;

  const tell = (demandfirst, detail = {}) => window.parent.postMessage({ demandfirst, ...detail }, parent);

  function happened() {
    const main = document.querySelector("main");
    const shown = main.querySelector("[data-event]");
    if (!shown) return;
    const { event, answered, open, fact, advice } = shown.dataset;
    if (event === "completed") {
      fetch(advice).then((response) => response.json()).then((given) => tell("completed", { advice: given }));
    } else if (event) {
      tell(event, { fact, answered: Number(answered), open: Number(open) });
    }
  }

  addEventListener("message", ({ origin, data }) => {
    if (origin !== parent || !data || data.demandfirst !== "theme") return;
    for (const [name, value] of Object.entries(data.theme)) {
      document.documentElement.style.setProperty(`--${name}`, value);
    }
  });

  document.addEventListener("demandfirst:page", () => {
    tell("page", { title: document.title });
    happened();
  });
  new ResizeObserver(() => tell("height", { height: document.documentElement.getBoundingClientRect().height })).observe(document.body);
  tell("ready", { title: document.title });
  happened();
})();
