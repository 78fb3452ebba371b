"use strict";

// Everything works without this file; with it the page does not flash between two questions.

const parser = new DOMParser();

async function show(response, push) {
  const page = parser.parseFromString(await response.text(), "text/html");
  if (!page.querySelector("main")) {
    location.assign(response.url);
    return;
  }
  for (const part of ["main", ".languages"]) {
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  }
  document.title = page.title;
  if (push) history.pushState(null, "", response.url);
  prepare();
  const fault = document.querySelector("[role=alert]");
  const field = fault && document.querySelector("[name=value]");
  (field || document.querySelector("main")).focus({ preventScroll: true });
  scrollTo({ top: 0 });
  document.dispatchEvent(new CustomEvent("demandfirst:page"));
}

async function submitted(event) {
  const form = event.target;
  if (!form.matches("[data-swap]") || form.dataset.busy) return;
  event.preventDefault();
  form.dataset.busy = "yes";
  const body = new URLSearchParams(new FormData(form, event.submitter));
  try {
    await show(await fetch(form.getAttribute("action"), { method: "POST", body }), true);
  } catch {
    form.removeAttribute("data-swap");
    form.requestSubmit(event.submitter);
  }
}

function prepare() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  for (const field of document.querySelectorAll("[data-select]")) {
    field.addEventListener("focus", () => field.select());
  }
}

document.addEventListener("submit", submitted);
addEventListener("popstate", () => location.reload());
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
prepare();
