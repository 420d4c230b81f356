// Numbers in running text that follow: those that the example backs, wherever they stand on the page, and what a
// derivation comes to.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  const { make, wasText } = live;
  const NUMERAL = /^\s*[−-]?\d[\d,]*(\.\d+)?%?\s*$/;

  /** Return the element in which a marked number stands as a plain numeral; null where it is written another way. */
  function findNumeral(number) {
    const whole = number.querySelector("mn") ?? number;
    const { textContent: text } = number.querySelector("math") ? whole : number;
    if (!NUMERAL.test(text) || number.querySelectorAll("mn").length > 1) return null;
    const value = Number(text.replaceAll(",", "").replace("−", "-").replace("%", ""));
    const scale = text.includes("%") ? 100 : 1;
    const sign = number.querySelector("mo") && Number(number.dataset.value) < 0 ? -1 : 1;
    const places = /\.(\d+)/.exec(text)?.[1].length ?? 0;
    const near = Math.abs(value * sign - Number(number.dataset.value) * scale) <= 0.5001 * 10 ** -places;
    const plain = near && sign > 0 && number.querySelectorAll("math *:not(mrow, semantics, mn)").length === 0;
    return plain ? { place: number.querySelector("mn") ?? number, text, scale, places } : null;
  }

  /** Return a value written as the numeral was; with more digits where these few would not show the change. */
  function write(value, { text, scale, places }) {
    const { print } = globalThis.zhixing;
    const percent = scale === 100;
    const written = print(value, [places, percent, text.includes(","), ""]);
    const whole = places === 0 && !Number.isInteger(Number((value * scale).toPrecision(12)));
    return written === text.trim().replace("-", "−") || whole ? print(value, [null, percent, text.includes(","), ""]) : written;
  }

  function openNumber(number) {
    const numeral = findNumeral(number);
    const said = make("span", { className: "zx-live-said" });
    if (!numeral) number.after(said);
    const { value: before } = number.dataset;
    const labelled = number.dataset.held === "word";
    const shown = numeral ? numeral.place.textContent : "";
    const exact = (value) => `${value}`.replace("Infinity", "inf").replace("NaN", "nan");
    return (value) => {
      const same = value !== null && Math.abs(value - Number(before)) <= 1e-9 * Math.max(1, Math.abs(value));
      const changed = !same && !labelled;
      const text = value === null ? "–" : numeral ? write(value, numeral) : globalThis.zhixing.print(value);
      number.dataset.value = changed && value !== null ? exact(value) : before;
      if (changed) number.dataset.was = before;
      else delete number.dataset.was;
      if (numeral) {
        numeral.place.textContent = changed ? text : shown;
        number.classList.toggle("zx-live-new", changed);
      } else {
        said.textContent = changed ? `→ ${text}` : "";
        said.classList.toggle("zx-live-new", changed);
      }
      if (changed && numeral) number.title = wasText(shown.trim());
      else number.removeAttribute("title");
    };
  }

  live.parts.push((example) => {
    const { prose } = example.data;
    const own = [...document.querySelectorAll(".zx-number[data-expression]")].filter(
      ({ dataset }) => dataset.example === example.id && prose && dataset.expression in prose.trees && dataset.held !== "word",
    );
    const update = own.map((number) => [number.dataset.expression, openNumber(number)]);
    const show = () => {
      if (!update.length) return;
      const names = Object.keys(prose.trees);
      const values = example.compute(example.changes, Object.values(prose.trees), prose.axes);
      const found = new Map(names.map((name, at) => [name, values ? values[at].data[0] : null]));
      for (const [name, write] of update) write(found.get(name));
    };
    return [{ show }];
  });

  // Derivations: below one stands what it would come to now.

  function openResult(example, formula, index) {
    const element = make("p", { className: "zx-live-now", hidden: true });
    formula.after(element);
    const [name] = example.data.shown[index];
    const before = example.texts(index, example.values).join(", ");
    return (values) => {
      const now = values ? example.texts(index, values).join(", ") : "–";
      element.hidden = before === now;
      element.replaceChildren(`${name} = ${now}`, make("small", { textContent: ` ${wasText(before)}` }));
    };
  }

  live.parts.push((example) => {
    const formulas = [...example.root.querySelectorAll(":scope > .formula")];
    const found = [];
    for (const block of example.data.blocks) {
      if (!("derivation" in block)) continue;
      const formula = formulas.shift();
      if (formula && block.derivation !== null) found.push(openResult(example, formula, block.derivation));
    }
    return found.map((show) => ({ show }));
  });
})();
