// Checked numbers: hover, focus or tap shows what backs one. All that a page says is put in as text, never as HTML.
// Another script may change a number and its `data-value` in place; what it was before is then in `data-was`.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const NUMBER = ".zx-number";
  const card = document.createElement("div");
  card.id = "zx-card";
  card.className = "zx-card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  let shown = null;
  let pointer = "";
  let tapped = null;
  let timer = 0;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const exact = (text) => text.replace("-", "−").replace("inf", "∞").replace("nan", "NaN");

  function add(parent, tag, text, name = "") {
    const element = parent.appendChild(document.createElement(tag));
    element.textContent = text;
    if (name) element.className = name;
    return element;
  }

  /** Return how a number is held, or what is wrong with it. */
  function verdict(told) {
    if (!told.fault) return fill(words[told.held] || "", told);
    return told.right ? fill(words.wrong, told) : words.unknown;
  }

  function write(number) {
    const told = number.dataset;
    card.replaceChildren();
    if (told.example) {
      const title = add(card, number.href ? "a" : "p", fill(words.title, { name: told.example }), "zx-card-title");
      if (number.href) Object.assign(title, { href: number.href, tabIndex: -1 });
    }
    const line = add(card, "p", "");
    add(line, "code", told.expression);
    if (told.value) line.append(` = ${exact(told.value)}`);
    if (told.was) add(card, "p", fill(words.was, told));
    add(card, "p", verdict(told), told.fault ? "zx-card-wrong" : "zx-card-held");
  }

  /** Put the card below the last line of a number, above the first where there is no room. */
  function place(number) {
    const boxes = number.getClientRects();
    if (!boxes.length) return;
    const below = boxes[boxes.length - 1];
    const { offsetWidth: width, offsetHeight: height } = card;
    const { clientWidth, clientHeight } = document.documentElement;
    const fits = below.bottom + height + 8 < clientHeight;
    card.style.top = `${Math.max(4, fits ? below.bottom + 6 : boxes[0].top - height - 6)}px`;
    card.style.left = `${Math.max(8, Math.min(below.left, clientWidth - width - 8))}px`;
  }

  function show(number) {
    clearTimeout(timer);
    if (shown && shown !== number) shown.removeAttribute("aria-describedby");
    shown = number;
    if (!card.isConnected) (document.querySelector("main") || document.body).append(card);
    write(number);
    card.hidden = false;
    place(number);
    number.setAttribute("aria-describedby", card.id);
  }

  function hide() {
    clearTimeout(timer);
    card.hidden = true;
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    tapped = null;
  }

  function later(act, delay) {
    clearTimeout(timer);
    timer = setTimeout(act, delay);
  }

  const numberAt = (event) => (event.target instanceof Element ? event.target.closest(NUMBER) : null);
  const inCard = (event) => event.target instanceof Node && card.contains(event.target);

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const number = numberAt(event);
    if (number) later(() => show(number), number === shown ? 0 : 120);
    else if (inCard(event)) clearTimeout(timer);
    else if (shown && shown !== document.activeElement) later(hide, 250);
    else if (!shown) clearTimeout(timer);
  });
  document.addEventListener("pointerdown", (event) => {
    pointer = event.pointerType;
    if (shown && !inCard(event) && !numberAt(event)) hide();
  });
  // The first tap shows the card, the second follows the link, as the name in the card does.
  document.addEventListener("click", (event) => {
    const number = numberAt(event);
    if (inCard(event) || (number && shown === number && pointer !== "touch")) hide();
    if (!number || pointer !== "touch") return;
    if (tapped === number) return;
    tapped = number;
    event.preventDefault();
    show(number);
  });

  document.addEventListener("focusin", (event) => {
    const number = numberAt(event);
    if (number && pointer !== "touch") show(number);
    else if (!number && shown && !inCard(event)) hide();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === shown) later(hide, 100);
  });
  addEventListener("scroll", () => shown && place(shown), { passive: true });
  addEventListener("resize", () => shown && place(shown));

  // One stop of the Tab key for the numbers of a section; arrows go from one to the next.

  const numbersOf = (root) => [...root.querySelectorAll(`h2, a${NUMBER}`)];

  function prepare() {
    let first = true;
    for (const one of numbersOf(document)) {
      if (one.matches("h2")) first = true;
      else if (one.tabIndex !== (first ? 0 : -1)) one.tabIndex = first ? 0 : -1;
      if (one.matches("a")) first = false;
    }
  }

  document.addEventListener("keydown", (event) => {
    pointer = "";
    if (event.key === "Escape" && shown) hide();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const number = numberAt(event);
    if (!step || !number || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = numbersOf(document);
    const next = all[all.indexOf(number) + step];
    event.preventDefault();
    if (!next || next.matches("h2")) return;
    number.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  prepare();
  // Material replaces the page without loading it where `navigation.instant` is on.
  window.document$?.subscribe(() => {
    hide();
    prepare();
  });
})();
