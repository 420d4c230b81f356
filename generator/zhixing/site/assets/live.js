// Examples that a reader may change. Nothing is fetched before somebody begins; then come the example's data, `arrays.js`,
// which computes, and the scripts of what follows: tables, figures, formulas, prose, exercises. All that is shown is put
// into the document as text, never as HTML. Where Material replaces pages without loading them, it runs this again.
(() => {
  "use strict";
  const script = document.currentScript;
  const HERE = new URL(".", script.src);
  const PARTS = [
    ...["arrays", "live-example", "live-tables", "live-figures", "live-plots"],
    ...["live-prose", "live-derivations", "live-exercise"],
  ];
  const live = ((globalThis.zhixing ??= {}).live ??= { parts: [], fetched: new Map() });
  const words = (live.words = JSON.parse(script.dataset.words));
  // In the address: `?live=NAME~quantity.3=0.5~quantity.4=1`, once for each example.
  const KEY = "live";

  live.make = (tag, options = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), options);
    element.append(...children);
    return element;
  };
  live.tell = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  live.button = (text, act, options = {}) => {
    const button = live.make("button", { type: "button", textContent: text, ...options });
    button.addEventListener("click", act);
    return button;
  };

  function load(path) {
    return new Promise((done, failed) => {
      const onerror = (event) => {
        live.fetched.delete(path); // so that the next try asks again
        event.target.remove();
        failed(new Error(path));
      };
      // In the order in which they are asked for: later ones build on earlier ones.
      document.head.append(live.make("script", { src: new URL(path, HERE).href, async: false, onload: done, onerror }));
    });
  }

  function fetchScript(path) {
    if (!live.fetched.has(path)) live.fetched.set(path, load(path));
    return live.fetched.get(path);
  }

  /** Return the data of an example, once everything that computes it is there. */
  async function fetchExample(name) {
    await Promise.all([...PARTS.map((part) => `${part}.js`), `live/${name}.js`].map(fetchScript));
    return globalThis.zhixing.examples[name];
  }

  // The state in the address.

  function write(name, changes) {
    const pairs = Object.entries(changes).flatMap(([quantity, own]) =>
      Object.entries(own).map(([at, value]) => `${quantity}.${at}=${value}`),
    );
    return [name, ...pairs].join("~");
  }

  live.remember = (name, changes) => {
    const address = new URL(location.href);
    const others = address.searchParams.getAll(KEY).filter((text) => text.split("~")[0] !== name);
    address.searchParams.delete(KEY);
    for (const text of others) address.searchParams.append(KEY, text);
    if (Object.keys(changes).length) address.searchParams.append(KEY, write(name, changes));
    history.replaceState(history.state, "", address);
  };

  function read(text) {
    const changes = Object.create(null);
    for (const part of text.split("~").slice(1)) {
      const [, quantity, at, value] = /^(.+)\.(\d+)=(.+)$/.exec(part) ?? [];
      if (quantity !== undefined && Number.isFinite(Number(value))) (changes[quantity] ??= {})[at] = Number(value);
    }
    return changes;
  }

  // The buttons that begin.

  /** Return the bar above an example, or below an exercise: its buttons, and a line that says what happens. */
  function openBar(root, below) {
    const status = live.make("span", { className: "zx-live-status" });
    status.setAttribute("role", "status");
    const bar = live.make("div", { className: "zx-live-bar" }, status);
    if (below) root.append(bar);
    else root.prepend(bar);
    return { bar, status };
  }

  function prepare(root, name, changes) {
    const exercise = name.startsWith("draw-");
    const { bar, status } = openBar(root, exercise);
    const begin = async (focus) => {
      button.disabled = true;
      status.textContent = "";
      const data = await fetchExample(name).catch(() => null);
      button.disabled = false;
      if (!data) {
        status.textContent = words.unloaded;
        return;
      }
      button.remove();
      await (exercise ? live.openExercise : live.openExample)({ root, bar, status, name, data, focus, changes });
    };
    const button = live.button(exercise ? words.draw : words.change, () => begin(true), { className: "zx-live-begin" });
    bar.prepend(button);
    if (changes && !exercise) begin(false);
  }

  /** Return whether an exercise has a number in its answer that a reader can be asked for. */
  live.asks = (root) => {
    const id = root.closest(".zx-example")?.dataset.example ?? "";
    return [...document.querySelectorAll(".zx-number[data-expression]")].filter(
      ({ dataset }) => dataset.example === id && dataset.held !== "word",
    );
  };

  const wanted = new Map(
    new URLSearchParams(location.search).getAll(KEY).map((text) => [text.split("~")[0], read(text)]),
  );
  for (const root of document.querySelectorAll(".zx-live")) {
    const name = [...root.classList].map((one) => /^zx-live-((?:draw-)?[0-9a-f]{16})$/.exec(one)?.[1]).find(Boolean);
    if (!name || root.querySelector(".zx-live-bar")) continue;
    if (!name.startsWith("draw-") || live.asks(root).length) prepare(root, name, wanted.get(name));
  }
})();
