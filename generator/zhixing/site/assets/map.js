// Concept maps and canvases: a window that opens on the whole of a canvas, moves by dragging, grows and shrinks by
// buttons, keys, wheel and two fingers, and fills the screen. A map also shows one theme or status alone.
// The window scrolls by itself, so one finger, the wheel and the arrow keys need nothing of this.
(() => {
  "use strict";
  const SMALLEST = 0.1;
  const LARGEST = 3;
  const STEP = 1.25;
  const DRAGGED = 4;
  const words = document.currentScript.dataset;

  function make(name, properties, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  /** Return the width and height of a picture, and how to show it at a scale: drawn anew, which keeps it sharp. */
  function picture(svg) {
    const { width, height } = svg.viewBox.baseVal;
    const show = (scale) => Object.assign(svg.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    return { width, height, show };
  }

  /** Return the same of a field of cards: it is transformed inside an element of the size that it then has. */
  function field(cards) {
    const [width, height] = [cards.style.width, cards.style.height].map(parseFloat);
    const sheet = make("div", { className: "zx-sheet" });
    cards.replaceWith(sheet);
    sheet.append(cards);
    const show = (scale) => {
      Object.assign(sheet.style, { width: `${width * scale}px`, height: `${height * scale}px` });
      cards.style.transform = `scale(${scale})`;
    };
    return { width, height, show };
  }

  /** Let a window show its content at another scale, about a point of the window. */
  function scaler(view, content) {
    let scale = 1;
    return {
      isWhole: false,
      /** Show what a reader begins with. */
      begin() {
        this.whole();
      },
      by(factor, x = view.clientWidth / 2, y = view.clientHeight / 2) {
        this.isWhole = false;
        this.show(Math.min(LARGEST, Math.max(Math.min(SMALLEST, scale), scale * factor)), x, y);
      },
      show(next, x = 0, y = 0) {
        const left = ((view.scrollLeft + x) * next) / scale - x;
        const top = ((view.scrollTop + y) * next) / scale - y;
        scale = next;
        content.show(scale);
        view.scrollTo(left, top);
      },
      /** Show the whole, no larger than it is. The window may take its own greatest height. */
      whole() {
        this.show(1);
        const most = [view.clientWidth / content.width, view.clientHeight / content.height, 1];
        if (view.clientWidth) this.show(Math.min(...most));
        this.isWhole = true;
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

  /** Let two fingers make the content of a window larger and smaller; one finger scrolls it without this. */
  function pinch(view, scale) {
    let apart = 0;
    const look = ([one, other]) => {
      const box = view.getBoundingClientRect();
      return {
        apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1,
        x: (one.clientX + other.clientX) / 2 - box.left,
        y: (one.clientY + other.clientY) / 2 - box.top,
      };
    };
    view.addEventListener("touchstart", ({ touches }) => {
      apart = touches.length === 2 ? look(touches).apart : 0;
    }, { passive: true });
    view.addEventListener("touchmove", (event) => {
      if (event.touches.length !== 2 || !apart) return;
      event.preventDefault();
      const now = look(event.touches);
      scale.by(now.apart / apart, now.x, now.y);
      apart = now.apart;
    }, { passive: false });
  }

  function select(label, all, values, change) {
    const options = [...new Set(values)].filter(Boolean).map((one) => make("option", { value: one }, one));
    const list = make("select", { onchange: change }, make("option", { value: "" }, all), ...options);
    return options.length > 1 ? make("label", {}, `${label} `, list) : null;
  }

  /** Return the choices of theme and status, and how many cards they leave. */
  function filters(map, view) {
    const cards = [...map.querySelectorAll(".zx-map-card")];
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
        for (const [name, off] of [["tabindex", "-1"], ["aria-hidden", "true"]]) {
          if (kept) card.removeAttribute(name);
          else card.setAttribute(name, off);
        }
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

  /** Move a window to the leftmost of some cards, the topmost of these. */
  function lookAt(view, cards) {
    const boxes = cards.map((card) => card.getBoundingClientRect());
    const inner = boxes.reduce((best, box) =>
      box.left < best.left - 1 || (box.left < best.left + 1 && box.top < best.top) ? box : best,
    );
    const outer = view.getBoundingClientRect();
    view.scrollBy(inner.left - outer.left - 40, inner.top - outer.top - 44);
  }

  /** Make the arrows of a card stand out while it is pointed at or has the focus. */
  function lightArrows(map) {
    const arrows = [...map.querySelectorAll(".zx-map-arrow")];
    const light = ({ target, type }) => {
      const id = /over|in$/.test(type) && target.closest(".zx-map-card")?.dataset.card;
      map.classList.toggle("zx-map-lit", Boolean(id));
      for (const { classList, dataset } of arrows) {
        classList.toggle("zx-map-lit", Boolean(id) && (dataset.from === id || dataset.to === id));
      }
    };
    for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) map.addEventListener(type, light);
  }

  /** Put a frame on the whole screen, and back where it was when its dialog is closed. */
  function fill(frame, scale, button) {
    const dialog = make("dialog", { className: "zx-full" });
    dialog.setAttribute("aria-label", words.full);
    const name = button.textContent;
    frame.replaceWith(dialog);
    dialog.append(frame);
    dialog.addEventListener("close", () => {
      dialog.replaceWith(frame);
      button.textContent = name;
      scale.begin();
      button.focus();
    });
    dialog.showModal();
    button.textContent = words.close;
    scale.whole();
    button.focus();
  }

  function barButton(text, name, onclick) {
    const made = make("button", { type: "button", onclick, title: name }, text);
    if (text !== name) made.setAttribute("aria-label", name);
    return made;
  }

  /** Let a window move, grow, shrink and fill the screen; return what its bar and its content are in. */
  function begin(view, content, name, more) {
    const scale = scaler(view, content);
    const ways = { "+": () => scale.by(STEP), "=": () => scale.by(STEP), "-": () => scale.by(1 / STEP) };
    ways["0"] = () => scale.whole();
    const full = make("button", { type: "button" }, words.full);
    const bar = make(
      "div",
      { className: "zx-map-bar" },
      barButton("−", words.smaller, ways["-"]),
      barButton("+", words.larger, ways["+"]),
      barButton(words.whole, words.whole, ways["0"]),
      full,
      ...more,
    );
    const frame = make("div", { className: "zx-frame" });
    view.replaceWith(frame);
    frame.append(bar, view);
    full.onclick = () => {
      const dialog = frame.closest("dialog");
      if (dialog) dialog.close();
      else fill(frame, scale, full);
    };
    view.tabIndex = 0;
    view.setAttribute("role", "group");
    view.setAttribute("aria-label", name);
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
    pinch(view, scale);
    addEventListener("resize", () => scale.isWhole && scale.whole());
    return scale;
  }

  for (const map of document.querySelectorAll(".zx-map")) {
    const view = map.querySelector(".zx-map-window");
    const svg = view.querySelector("svg");
    const scale = begin(view, picture(svg), svg.getAttribute("aria-label"), filters(map, view));
    const cards = [...map.querySelectorAll(".zx-map-card")];
    lightArrows(map);
    // The whole would be too small to read: a reader begins where the reading does.
    scale.begin = () => {
      scale.show(1);
      scale.isWhole = false;
      view.scrollTo(0, 0);
      if (cards.length) lookAt(view, cards);
    };
    scale.begin();
  }

  for (const canvas of document.querySelectorAll(".zx-canvas")) {
    const asCanvas = make("button", { type: "button", className: "zx-as-canvas" }, words.canvas);
    asCanvas.setAttribute("aria-pressed", "false");
    const scale = begin(canvas, field(canvas.querySelector(".zx-field")), canvas.getAttribute("aria-label"), [asCanvas]);
    asCanvas.onclick = () => {
      asCanvas.setAttribute("aria-pressed", String(canvas.classList.toggle("zx-shown")));
      scale.whole();
    };
    // Cards that scroll are reached by the keyboard.
    for (const card of canvas.querySelectorAll(".zx-node")) {
      if (card.scrollHeight > card.clientHeight + 1) card.tabIndex = 0;
    }
    scale.whole();
  }
})();
