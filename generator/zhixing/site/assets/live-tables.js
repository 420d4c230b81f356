// Tables and lines of numbers that follow, and what changes the given numbers in them: inputs, sliders, switches.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  const { words, make, tell, wasText } = live;

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

  function placesOfTable(table, rows) {
    const heads = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    return [...table.querySelectorAll("tbody tr")].flatMap((row, r) =>
      [...row.children].flatMap((element, c) => {
        const entry = rows[r]?.[c];
        const label = [row.children[0].textContent.trim(), heads[c]].filter(Boolean).join(words.comma);
        return entry ? [{ element, entry, label }] : [];
      }),
    );
  }

  function placesOfLine(line, block, example) {
    const elements = line ? splitLine(line, block.line.map((entry) => example.print(entry, example.values))) : null;
    return (elements ?? []).map((element, at) => ({ element, entry: block.line[at], label: "" }));
  }

  /** Return every element that shows an entry, with the entry and its name for people. */
  function findPlaces(example) {
    const { root, data } = example;
    const tables = [...root.querySelectorAll("table")].filter((table) => !table.closest(".admonition"));
    const lines = [...root.querySelectorAll(":scope > p")].filter((p) => p.querySelector(":scope > strong:first-child"));
    return data.blocks.flatMap((block) => {
      if (block.line) return placesOfLine(lines.shift(), block, example);
      if (!Array.isArray(block)) return [];
      const table = tables.shift();
      return table ? placesOfTable(table, block) : [];
    });
  }

  // How given numbers are used: what only says yes or no is a switch, what has a natural range has a slider.

  function* callsIn(tree) {
    if (!Array.isArray(tree)) {
      if (tree && typeof tree === "object") for (const value of Object.values(tree)) yield* callsIn(value);
      return;
    }
    if (tree[0] === "call" || tree[0] === "op") yield tree;
    for (const part of tree) yield* callsIn(part);
  }

  /** Return the name of a quantity that stands in a place by itself, its axes in whatever order. */
  function nameIn(tree) {
    if (typeof tree === "string") return tree;
    return Array.isArray(tree) && ["reorder", "insert", "reshape", "repeat"].includes(tree[0]) ? nameIn(tree[1]) : "";
  }

  function findUses(example) {
    const [truths, temperatures] = [new Set(), new Set()];
    for (const [kind, ...own] of callsIn(example.data.statements)) {
      if (kind === "call" && own[2]?.mask !== undefined) truths.add(nameIn(own[2].mask));
      if (kind === "call" && own[2]?.temperature !== undefined) temperatures.add(nameIn(own[2].temperature));
      if (kind === "op" && own[0] === "!=" && own[2] === 0) truths.add(nameIn(own[1]));
    }
    return { truths, temperatures };
  }

  /** Return the ends of a number's slider and its step, null where it has no natural range. */
  function rangeOf(value, quantity, uses) {
    if (uses.temperatures.has(quantity)) return [0.05, Math.max(5, 2 * value), 0.05];
    return value > 0 && value < 1 ? [0, 1, 0.01] : null;
  }

  /** Return by how much an arrow key changes a number. */
  function stepOf(value) {
    const size = Math.abs(value);
    if (!Number.isInteger(value)) return size >= 0.1 && Number.isInteger(value * 100) ? "0.05" : size >= 1 ? "0.1" : "0.01";
    return size >= 100 ? `${10 ** (Math.floor(Math.log10(size)) - 1)}` : "1";
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

  // What changes a number. Each is {element, quantity, at, value, text, show}.

  function numberInput(example, own, name) {
    const options = { type: "number", className: "zx-live-input", value: own.text, step: stepOf(own.value) };
    const input = make("input", options);
    input.setAttribute("aria-label", name);
    input.style.inlineSize = `${Math.max(own.text.length, 3) + 3.2}ch`;
    input.addEventListener("input", () => {
      if (input.value !== "" && Number.isFinite(input.valueAsNumber)) example.set(own, input.valueAsNumber);
    });
    input.addEventListener("change", () => {
      if (input.value === "") example.show();
    });
    dragging(input);
    own.show = (value) => {
      if (value === own.value) input.value = own.text;
      else if (input.valueAsNumber !== value) input.value = `${value}`;
      input.classList.toggle("zx-live-new", value !== own.value);
    };
    return input;
  }

  function addSlider(example, own, name, [min, max, step]) {
    const slider = make("input", { type: "range", className: "zx-live-slider", min, max, step });
    slider.value = `${own.value}`;
    slider.setAttribute("aria-label", name);
    slider.addEventListener("input", () => example.set(own, slider.valueAsNumber));
    const before = own.show;
    own.show = (value) => {
      before(value);
      if (slider.valueAsNumber !== value) slider.value = `${value}`;
    };
    return slider;
  }

  function switchOf(example, own, name) {
    const button = make("button", { type: "button", className: "zx-live-switch" });
    button.setAttribute("role", "switch");
    button.setAttribute("aria-label", name);
    let now = own.value;
    button.addEventListener("click", () => example.set(own, now ? 0 : 1));
    own.show = (value) => {
      now = value;
      button.textContent = `${value}`;
      button.setAttribute("aria-checked", `${value !== 0}`);
      button.classList.toggle("zx-live-new", value !== own.value);
    };
    own.show(own.value);
    return button;
  }

  /** Give a place of a given number what changes it; nothing where the number is infinite. */
  function addInput(example, place, uses) {
    const [index, at] = place.entry;
    const [quantity] = example.data.shown[index];
    const { shape, data } = example.values[index];
    const value = data[at];
    if (!Number.isFinite(value)) return false;
    const own = { quantity, at, value, text: `${Number(value.toPrecision(5))}` };
    const name = tell(words.value, { name: quantity, place: place.label || "1" });
    const binary = uses.truths.has(quantity) && data.every((one) => one === 0 || one === 1);
    own.element = binary ? switchOf(example, own, name) : numberInput(example, own, name);
    place.element.replaceChildren(own.element);
    const range = binary || shape.length ? null : rangeOf(value, quantity, uses);
    if (range) own.element.after(addSlider(example, own, name, range));
    example.inputs.push(own);
    return true;
  }

  function fill(place, text) {
    const changed = text !== place.shown;
    place.element.textContent = changed ? (text ?? "–") : place.was;
    place.element.classList.toggle("zx-live-new", changed);
    if (changed) place.element.title = wasText(place.shown);
    else place.element.removeAttribute("title");
  }

  live.parts.push((example) => {
    const uses = findUses(example);
    const follow = findPlaces(example).filter((place) => {
      const [index, at] = place.entry;
      const [text, , , labels] = example.data.shown[index];
      place.element.dataset.q = text;
      place.element.dataset.i = at;
      place.was = place.element.textContent;
      place.shown = example.print(place.entry, example.values);
      return labels || !example.data.given.includes(text) || !addInput(example, place, uses);
    });
    const show = (values) => follow.forEach((place) => fill(place, values && example.print(place.entry, values)));
    return [{ show }];
  });
})();
