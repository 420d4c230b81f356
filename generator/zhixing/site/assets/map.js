// Concept maps: their window is moved by dragging, made larger and smaller, and shows one theme or status alone.
// The window scrolls by itself, so touch, the wheel and the arrow keys need nothing of this.
(() => {
  "use strict";
  const SMALLEST = 0.15;
  const LARGEST = 3;
  const STEP = 1.25;
  const DRAGGED = 4;

  function make(name, properties, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  /** Let a window show its picture at another scale, about a point of the window. */
  function scaler(view, svg) {
    const { width, height } = svg.viewBox.baseVal;
    let scale = 1;
    return {
      whole: () => Math.min(view.clientWidth / width, view.clientHeight / height),
      by(factor, x = view.clientWidth / 2, y = view.clientHeight / 2) {
        const next = Math.min(LARGEST, Math.max(SMALLEST, scale * factor));
        const left = ((view.scrollLeft + x) * next) / scale - x;
        const top = ((view.scrollTop + y) * next) / scale - y;
        scale = next;
        svg.style.width = `${width * scale}px`;
        svg.style.height = `${height * scale}px`;
        view.scrollTo(left, top);
      },
      to(next) {
        this.by(next / scale);
      },
    };
  }

  function drag(view) {
    let start = null;
    view.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) {
        start = { x: event.clientX, y: event.clientY, left: view.scrollLeft, top: view.scrollTop, far: false };
      }
    });
    addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x, y] = [event.clientX - start.x, event.clientY - start.y];
      start.far ||= Math.hypot(x, y) > DRAGGED;
      view.classList.toggle("zx-map-dragged", start.far);
      if (start.far) view.scrollTo(start.left - x, start.top - y);
    });
    addEventListener("pointerup", () => {
      // The click of this very button comes after it.
      setTimeout(() => {
        start = null;
        view.classList.remove("zx-map-dragged");
      });
    });
    view.addEventListener("click", (event) => start?.far && event.preventDefault(), true);
    view.addEventListener("dragstart", (event) => event.preventDefault());
  }

  function select(label, all, values, change) {
    const options = [...new Set(values)].filter(Boolean).map((one) => make("option", { value: one }, one));
    const list = make("select", { onchange: change }, make("option", { value: "" }, all), ...options);
    return options.length > 1 ? make("label", {}, `${label} `, list) : null;
  }

  /** Return the choices of theme and status, and how many cards they leave. */
  function filters(map, view) {
    const cards = [...map.querySelectorAll(".zx-map-card")];
    const words = map.dataset;
    const said = make("span", { className: "zx-map-count" });
    said.setAttribute("role", "status");
    const [theme, status] = ["theme", "status"].map((name) =>
      select(words[name], words.all, cards.map((card) => card.dataset[name]), show),
    );
    const value = (label) => label?.querySelector("select").value || "";

    function show() {
      const left = cards.filter((card) => {
        const kept = [[theme, "theme"], [status, "status"]].every(
          ([label, name]) => !value(label) || card.dataset[name] === value(label),
        );
        card.classList.toggle("zx-map-off", !kept);
        if (kept) card.removeAttribute("tabindex");
        else card.setAttribute("tabindex", "-1");
        return kept;
      });
      const ids = new Set(left.map((card) => card.dataset.card));
      for (const one of map.querySelectorAll(".zx-map-arrow")) {
        one.classList.toggle("zx-map-off", !(ids.has(one.dataset.from) && ids.has(one.dataset.to)));
      }
      said.textContent = left.length < cards.length ? words.count.replace("{count}", left.length) : "";
      if (left.length && left.length < cards.length) lookAt(view, left);
    }
    return [theme, status, said].filter(Boolean);
  }

  /** Move a window to the leftmost of some cards. */
  function lookAt(view, cards) {
    const boxes = cards.map((card) => card.getBoundingClientRect());
    const inner = boxes.reduce((best, box) => (box.left < best.left ? box : best));
    const outer = view.getBoundingClientRect();
    view.scrollBy(inner.left - outer.left - 40, inner.top - outer.top - 40);
  }

  for (const map of document.querySelectorAll(".zx-map")) {
    const view = map.querySelector(".zx-map-window");
    const svg = view.querySelector("svg");
    const words = map.dataset;
    const scale = scaler(view, svg);
    const ways = { "+": () => scale.by(STEP), "=": () => scale.by(STEP), "-": () => scale.by(1 / STEP) };
    ways["0"] = () => scale.to(scale.whole());
    const button = (key, text, name) => {
      const made = make("button", { type: "button", onclick: ways[key] }, text);
      made.setAttribute("aria-label", name);
      made.title = name;
      return made;
    };
    const buttons = [button("-", "−", words.smaller), button("+", "+", words.larger)];
    const whole = make("button", { type: "button", onclick: ways["0"] }, words.whole);
    map.prepend(make("div", { className: "zx-map-bar" }, ...buttons, whole, ...filters(map, view)));
    view.tabIndex = 0;
    view.setAttribute("role", "group");
    view.setAttribute("aria-label", svg.getAttribute("aria-label"));
    view.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(ways, event.key)) return;
      event.preventDefault();
      ways[event.key]();
    });
    view.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const box = view.getBoundingClientRect();
      scale.by(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    drag(view);
  }
})();
