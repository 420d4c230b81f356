// Examples that a reader may change. Nothing is fetched before somebody begins; then come the example's data and
// `arrays.js`, which computes. All that is shown is put into the document as text, never as HTML.
(() => {
  "use strict";
  const script = document.currentScript;
  const HERE = new URL(".", script.src);
  const WORDS = JSON.parse(script.dataset.words);
  // In the address: `?live=NAME~quantity.3=0.5~quantity.4=1`, once for each example.
  const KEY = "live";

  const make = (tag, options = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), options);
    element.append(...children);
    return element;
  };
  const tell = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const fetched = new Map();
  function fetchScript(path) {
    if (!fetched.has(path)) {
      fetched.set(
        path,
        new Promise((done, failed) => {
          const onerror = (event) => {
            fetched.delete(path); // so that the next try asks again
            failed(event);
          };
          document.head.append(make("script", { src: new URL(path, HERE).href, onload: done, onerror }));
        }),
      );
    }
    return fetched.get(path);
  }

  // Places: where on the page an entry stands.

  /** Return the numbers of a line of the form `a = 1，b = 2` as elements of their own, in order. */
  function splitLine(paragraph, texts) {
    const found = [];
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    for (const text of texts) {
      while (node && !node.data.includes(`= ${text}`)) node = walker.nextNode();
      if (!node) return null;
      const number = node.splitText(node.data.indexOf(`= ${text}`) + 2);
      const rest = number.splitText(text.length);
      const element = make("span");
      number.replaceWith(element);
      element.append(number);
      found.push(element);
      walker.currentNode = rest;
      node = rest;
    }
    return found;
  }

  /** Return every element that shows an entry, with the entry and its name for people. */
  function findPlaces(root, data, printed) {
    const tables = [...root.querySelectorAll("table")].filter((table) => !table.closest(".admonition"));
    const lines = [...root.querySelectorAll(":scope > p")].filter((p) => p.querySelector(":scope > strong:first-child"));
    const formulas = [...root.querySelectorAll(":scope > .formula")];
    const images = [...root.querySelectorAll("img")].filter((image) => !image.closest(".admonition"));
    const found = [];
    for (const block of data.blocks) {
      if ("derivation" in block) {
        const formula = formulas.shift();
        if (formula && block.derivation !== null) found.push({ formula, index: block.derivation });
      } else if ("heatmap" in block) {
        const image = images.shift();
        if (image && block.heatmap) found.push({ image, heatmap: block.heatmap });
      } else if (block.line) {
        const elements = lines.length ? splitLine(lines.shift(), block.line.map(printed)) : null;
        elements?.forEach((element, at) => found.push({ element, entry: block.line[at], label: "" }));
      } else {
        const table = tables.shift();
        if (table) found.push(...placesOf(table, block));
      }
    }
    return found;
  }

  function placesOf(table, rows) {
    const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    return [...table.querySelectorAll("tbody tr")].flatMap((row, r) =>
      [...row.children].flatMap((element, c) => {
        const entry = rows[r]?.[c];
        const label = [row.children[0].textContent.trim(), heads[c]].filter(Boolean).join(WORDS.comma);
        return entry ? [{ element, entry, label }] : [];
      }),
    );
  }

  // Heat maps, drawn anew from the picture that stands there.

  const SVG = "http://www.w3.org/2000/svg";

  async function fetchPicture(image) {
    const answer = await fetch(image.src);
    const text = await answer.text();
    // The page's policy allows no style elements, also not in a document that is only parsed.
    const [style] = /<style>[^]*?<\/style>/.exec(text) ?? [""];
    const picture = new DOMParser().parseFromString(text.replace(style, ""), "image/svg+xml");
    return picture.querySelector("parsererror") ? null : { picture, style };
  }

  /** Return the class of a number on a cell: black or white in the light scheme, then in the dark one. */
  function inkOn(opacity, negative, changes) {
    const [light, dark] = negative ? changes.slice(2) : changes;
    const colours = [opacity >= light ? "white" : "black", opacity >= dark ? "black" : "white"];
    return colours[0] === colours[1] ? colours[0] : colours.join("-");
  }

  /** Return a heat map with other values as the address of a picture, "" where it has no numbers to be changed. */
  function redraw(original, [, , [panels, rows, columns], changes], values, hidden, format) {
    const picture = original.picture.cloneNode(true);
    const texts = [...picture.querySelectorAll("text.number")];
    if (texts.length !== values.length) return "";
    const most = values.filter(Number.isFinite).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const power = most ? Math.floor(Math.log10(most)) : 0;
    const { print, fixed } = globalThis.zhixing;
    const textOf = (value) => {
      if (format) return print(value, format);
      return power < -3 ? print(value, null, 2) : fixed(value, Math.max(0, 2 - power + (power < 0 ? -1 : 0)));
    };
    picture.querySelectorAll("rect.positive, rect.negative").forEach((rect) => rect.remove());
    const bases = [...picture.querySelectorAll("rect.base")];
    for (const rect of picture.querySelectorAll("rect.masked")) {
      if (rect.getAttribute("height") !== "12.0") rect.remove();
    }
    values.forEach((value, at) => {
      const base = bases[Math.floor(at / (rows * columns))];
      const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(base.getAttribute(name)));
      const [tall, wide] = [height / rows, width / columns];
      const masked = value === -Infinity || hidden?.[at] === -Infinity;
      const opacity = Number.isNaN(value) || !value ? 0 : most ? Math.min(Math.abs(value) / most, 1) : 1;
      if (masked || opacity) {
        const rect = picture.createElementNS(SVG, "rect");
        rect.setAttribute("class", masked ? "masked" : value < 0 ? "negative" : "positive");
        if (!masked) rect.setAttribute("fill-opacity", opacity.toFixed(3));
        rect.setAttribute("x", x + (at % columns) * wide);
        rect.setAttribute("y", y + (Math.floor(at / columns) % rows) * tall);
        rect.setAttribute("width", wide);
        rect.setAttribute("height", tall);
        base.after(rect);
      }
      const ink = inkOn(masked ? 0 : opacity, value < 0, changes);
      texts[at].setAttribute("class", `${ink} ${texts[at].getAttribute("class").split(" ").slice(1).join(" ")}`);
      texts[at].textContent = textOf(value);
    });
    const text = new XMLSerializer().serializeToString(picture).replace(/<svg[^>]*>/, (tag) => tag + original.style);
    return `data:image/svg+xml,${encodeURIComponent(text)}`;
  }

  // One example.

  class Example {
    constructor(root, name) {
      this.root = root;
      this.name = name;
      this.changes = {};
      this.inputs = [];
      this.status = make("span", { className: "zx-live-status" });
      this.status.setAttribute("role", "status");
      this.begin = make("button", { type: "button", className: "zx-live-begin", textContent: WORDS.change });
      this.begin.addEventListener("click", () => this.start(true));
      this.bar = make("div", { className: "zx-live-bar" }, this.begin, this.status);
      root.prepend(this.bar);
    }

    async start(focus, changes = {}) {
      this.begin.disabled = true;
      try {
        await Promise.all([fetchScript("arrays.js"), fetchScript(`live/${this.name}.js`)]);
      } catch {
        this.begin.disabled = false;
        return;
      }
      this.data = globalThis.zhixing.examples[this.name];
      this.values = this.compute({});
      this.places = findPlaces(this.root, this.data, (entry) => this.print(entry, this.values));
      this.figures = this.places.filter((place) => place.heatmap);
      this.results = this.places.filter((place) => place.formula);
      this.places = this.places.filter((place) => place.entry);
      for (const place of this.places) this.keep(place);
      for (const one of this.figures) one.src = one.image.getAttribute("src");
      for (const one of this.results) {
        one.element = make("p", { className: "zx-live-now", hidden: true });
        one.formula.after(one.element);
      }
      await Promise.all(this.figures.map((one) => this.prepare(one)));
      this.openBar();
      this.root.classList.add("zx-live-open");
      for (const { quantity, at } of this.inputs) {
        const value = changes[quantity]?.[at];
        if (value !== undefined) (this.changes[quantity] ??= {})[at] = value;
      }
      if (Object.keys(this.changes).length) this.show();
      if (focus) this.inputs[0]?.input.focus();
    }

    /** Remember what a place shows; give it an input if it is given. */
    keep(place) {
      const [index, at] = place.entry;
      const [text, , , labels] = this.data.shown[index];
      place.element.dataset.q = text;
      place.element.dataset.i = at;
      place.was = place.element.textContent;
      place.shown = this.print(place.entry, this.values);
      if (this.data.given.includes(text) && !labels) this.addInput(place, text, at);
    }

    addInput(place, quantity, at) {
      const value = this.values[place.entry[0]].data[at];
      if (!Number.isFinite(value)) return;
      const text = `${Number(value.toPrecision(5))}`;
      const input = make("input", { type: "number", className: "zx-live-input", value: text, step: stepOf(value) });
      input.setAttribute("aria-label", tell(WORDS.value, { name: quantity, place: place.label || "1" }));
      input.style.inlineSize = `${Math.max(text.length, 3) + 3.2}ch`;
      input.addEventListener("input", () => {
        if (input.value !== "" && Number.isFinite(input.valueAsNumber)) this.set(quantity, at, input.valueAsNumber);
      });
      input.addEventListener("change", () => {
        if (input.value === "") this.show();
      });
      dragging(input);
      place.element.replaceChildren(input);
      place.input = input;
      this.inputs.push({ input, quantity, at, value, text });
    }

    /** Fetch a heat map's picture; where it cannot be had, as in a page opened from a folder, it stays as it is. */
    async prepare(figure) {
      figure.alt = figure.image.alt;
      figure.picture = await fetchPicture(figure.image).catch(() => null);
      if (figure.picture && this.draw(figure, this.values)) figure.image.parentElement.classList.add("zx-live-follows");
      else figure.picture = null;
    }

    draw(figure, values) {
      const [index, scores] = figure.heatmap;
      const hidden = scores === null ? null : values[scores].data;
      return redraw(figure.picture, figure.heatmap, values[index].data, hidden, this.data.shown[index][2]);
    }

    openBar() {
      this.reset = make("button", { type: "button", textContent: WORDS.reset, disabled: true });
      this.reset.addEventListener("click", () => {
        this.changes = {};
        this.show();
        this.inputs[0]?.input.focus();
      });
      this.link = make("button", { type: "button", textContent: WORDS.link, disabled: true });
      this.link.addEventListener("click", () => this.copy());
      this.begin.replaceWith(this.reset, this.link);
      this.say(WORDS.changing);
    }

    async copy() {
      try {
        await navigator.clipboard.writeText(location.href);
        this.say(WORDS.copied);
      } catch {
        this.say(location.href);
      }
    }

    say(text) {
      this.status.textContent = text;
    }

    set(quantity, at, value) {
      const own = (this.changes[quantity] ??= {});
      own[at] = value;
      const one = this.inputs.find((input) => input.quantity === quantity && input.at === at);
      if (value === one.value || `${value}` === one.text) delete own[at];
      if (!Object.keys(own).length) delete this.changes[quantity];
      this.show();
    }

    compute(changes) {
      const trees = this.data.shown.map((shown) => shown[1]);
      return globalThis.zhixing.run(this.data.statements, trees, changes);
    }

    print([index, at], values) {
      const [, , format, labels] = this.data.shown[index];
      const value = values[index].data[at];
      return labels && !Number.isNaN(value) ? labels[value] : globalThis.zhixing.print(value, format);
    }

    /** Show what the changed numbers give. */
    show() {
      const changed = Object.keys(this.changes).length > 0;
      let values = null;
      try {
        values = this.compute(this.changes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
      this.root.classList.toggle("zx-live-changed", changed);
      this.reset.disabled = this.link.disabled = !changed;
      for (const one of this.inputs) {
        const value = this.changes[one.quantity]?.[one.at] ?? one.value;
        if (value === one.value) one.input.value = one.text;
        else if (one.input.valueAsNumber !== value) one.input.value = `${value}`;
        one.input.classList.toggle("zx-live-new", value !== one.value);
      }
      for (const place of this.places) if (!place.input) this.fill(place, values && this.print(place.entry, values));
      for (const figure of this.figures) if (figure.picture && values) this.showFigure(figure, values);
      for (const result of this.results) this.showResult(result, values);
      const pale = this.root.querySelector(":scope > :is(figure, .formula):not(.zx-live-follows)") ? WORDS.still : "";
      this.say(!values ? WORDS.failed : changed ? pale : WORDS.changing);
      remember(this);
    }

    showFigure(figure, values) {
      const [index] = figure.heatmap;
      const textsOf = (from) => from[index].data.map((_, at) => this.print([index, at], from));
      const texts = textsOf(values);
      const changed = texts.join() !== textsOf(this.values).join();
      figure.image.src = changed ? this.draw(figure, values) : figure.src;
      figure.image.alt = changed ? `${this.data.shown[index][0]}: ${texts.join(", ")}` : figure.alt;
    }

    /** Show below a derivation what it would come to now. */
    showResult({ element, index }, values) {
      const texts = (from) => from[index].data.map((_, at) => this.print([index, at], from)).join(", ");
      const [before, now] = [texts(this.values), values ? texts(values) : "–"];
      element.hidden = before === now;
      const was = make("small", { textContent: ` ${tell(WORDS.was, { value: before })}` });
      element.replaceChildren(`${this.data.shown[index][0]} = ${now}`, was);
    }

    fill(place, text) {
      const changed = text !== place.shown;
      place.element.textContent = changed ? (text ?? "–") : place.was;
      place.element.classList.toggle("zx-live-new", changed);
      if (changed) place.element.title = tell(WORDS.was, { value: place.shown });
      else place.element.removeAttribute("title");
    }
  }

  /** Return by how much an arrow key changes a number. */
  function stepOf(value) {
    const size = Math.abs(value);
    if (!Number.isInteger(value)) return size >= 0.1 && Number.isInteger(value * 100) ? "0.05" : size >= 1 ? "0.1" : "0.01";
    return Math.abs(value) >= 100 ? `${10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)}` : "1";
  }

  /** Let a number be changed by dragging it sideways: six pixels for a step. */
  function dragging(input) {
    input.addEventListener("pointerdown", (down) => {
      if (down.pointerType !== "mouse" || down.button) return;
      const start = input.valueAsNumber;
      const step = Number(input.step);
      let moved = false;
      const move = (event) => {
        const steps = Math.trunc((event.clientX - down.clientX) / 6);
        if (!moved && Math.abs(steps) < 1) return;
        moved = true;
        event.preventDefault();
        input.value = `${Number((start + steps * step).toPrecision(12))}`;
        input.dispatchEvent(new Event("input"));
      };
      const end = () => {
        document.removeEventListener("pointermove", move);
        document.removeEventListener("pointerup", end);
      };
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", end);
    });
  }

  // The state in the address.

  function write(example) {
    const changes = Object.entries(example.changes).flatMap(([quantity, own]) =>
      Object.entries(own).map(([at, value]) => `${quantity}.${at}=${value}`),
    );
    return [example.name, ...changes].join("~");
  }

  function remember(example) {
    const address = new URL(location.href);
    const others = address.searchParams.getAll(KEY).filter((text) => text.split("~")[0] !== example.name);
    address.searchParams.delete(KEY);
    for (const text of others) address.searchParams.append(KEY, text);
    if (Object.keys(example.changes).length) address.searchParams.append(KEY, write(example));
    history.replaceState(history.state, "", address);
  }

  function read(text) {
    const changes = Object.create(null);
    for (const part of text.split("~").slice(1)) {
      const [, quantity, at, value] = /^(.+)\.(\d+)=(.+)$/.exec(part) ?? [];
      if (quantity !== undefined && Number.isFinite(Number(value))) (changes[quantity] ??= {})[at] = Number(value);
    }
    return changes;
  }

  const wanted = new Map(
    new URLSearchParams(location.search).getAll(KEY).map((text) => [text.split("~")[0], read(text)]),
  );
  for (const root of document.querySelectorAll(".zx-live")) {
    const name = [...root.classList].map((one) => /^zx-live-([0-9a-f]{16})$/.exec(one)?.[1]).find(Boolean);
    if (!name) continue;
    const example = new Example(root, name);
    if (wanted.has(name)) example.start(false, wanted.get(name));
  }
})();
