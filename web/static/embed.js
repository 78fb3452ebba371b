// <script src="https://advice.example/embed.js"></script>
// <demandfirst-questionnaire business_type="ecommerce" reference="account-17"></demandfirst-questionnaire>
//
// `lang` is the language; without it that of the page around.
// Attributes and hidden fields inside the element that carry the name of a fact are answers known already.
// Events: started, answered (detail: fact, answered, open), completed (detail: advice). Colours: --demandfirst-* properties.
"use strict";

(() => {
  const server = new URL(document.currentScript.src).origin;
  const OWN = new Set(["id", "class", "style", "title", "lang", "slot", "hidden"]);
  const COLOURS = ["paper", "card", "ink", "soft", "line", "accent", "accent-ink", "accent-soft", "radius", "font"];
  let count = 0;

  class Questionnaire extends HTMLElement {
    connectedCallback() {
      if (this.frame) return;
      const root = this.attachShadow({ mode: "open" });
      this.frame = document.createElement("iframe");
      this.frame.name = `demandfirst-${++count}`;
      this.entitle("demandfirst");
      this.frame.setAttribute("scrolling", "no");
      Object.assign(this.frame.style, { border: "0", width: "100%", height: "40rem", display: "block" });
      root.append(this.frame);
      this.heard = (event) => this.receive(event);
      addEventListener("message", this.heard);
      // While the page is being read, the fields inside the element are not there yet.
      if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
      else queueMicrotask(() => this.begin());
    }

    disconnectedCallback() {
      removeEventListener("message", this.heard);
    }

    // The answers go in the body of a request: nothing of them stands in an address.
    begin() {
      const form = document.createElement("form");
      form.method = "post";
      form.action = `${server}/embed/start?lang=${encodeURIComponent(this.closest("[lang]")?.lang || "")}`;
      form.target = this.frame.name;
      form.hidden = true;
      const fields = { ...this.attributesGiven(), ...this.fieldsGiven(), parent: location.origin };
      for (const [name, value] of Object.entries(fields)) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        form.append(field);
      }
      this.shadowRoot.append(form);
      HTMLFormElement.prototype.submit.call(form);
      form.remove();
    }

    attributesGiven() {
      const given = [...this.attributes].filter(({ name }) => !OWN.has(name) && !name.startsWith("data-"));
      return Object.fromEntries(given.map(({ name, value }) => [name, value]));
    }

    fieldsGiven() {
      const fields = [...this.querySelectorAll("input[type=hidden][name]")];
      return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    }

    receive(event) {
      if (event.origin !== server || event.source !== this.frame.contentWindow) return;
      const { demandfirst: kind, ...detail } = event.data || {};
      if (kind === "height") {
        this.frame.style.height = `${Math.ceil(detail.height)}px`;
      } else if (kind === "ready") {
        this.entitle(detail.title);
        this.frame.contentWindow.postMessage({ demandfirst: "theme", theme: this.theme() }, server);
      } else if (kind === "page") {
        this.entitle(detail.title);
        this.scrollIntoView({ block: "nearest" });
      } else if (["started", "answered", "completed"].includes(kind)) {
        this.dispatchEvent(new CustomEvent(kind, { detail, bubbles: true }));
      }
    }

    // Screen readers name the frame by this: the title that the page around gives, else the one of the page inside.
    entitle(title) {
      this.frame.title = this.getAttribute("title") || title;
    }

    theme() {
      const style = getComputedStyle(this);
      const found = COLOURS.map((name) => [name, style.getPropertyValue(`--demandfirst-${name}`).trim()]);
      return Object.fromEntries(found.filter(([, value]) => value));
    }
  }

  if (!customElements.get("demandfirst-questionnaire")) {
    customElements.define("demandfirst-questionnaire", Questionnaire);
  }
})();
