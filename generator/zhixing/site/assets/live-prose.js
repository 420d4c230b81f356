// Numbers in running text that follow: those that the example backs, wherever they stand on the page.
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

  /** Return a value to four digits at most. */
  const brief = (value) => globalThis.zhixing.fixed(value, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value) || 1))));

  /** Return a value written as the numeral was; with more digits where these few would not show the change. */
  function write(value, { text, scale, places }) {
    const own = value * scale;
    const written = globalThis.zhixing.print(value, [places, scale === 100, text.includes(","), ""]);
    const whole = places === 0 && brief(own).includes(".");
    return written === text.trim().replace("-", "−") || whole ? `${brief(own)}${scale === 100 ? "%" : ""}` : written;
  }

  // As Python writes them.
  const exact = (value) => `${value}`.replace("Infinity", "inf").replace("NaN", "nan");
  const read = (text) => Number(text.replace("inf", "Infinity").replace("nan", "NaN"));

  function openNumber(number) {
    const numeral = findNumeral(number);
    const said = make("span", { className: "zx-live-said" });
    if (!numeral) number.after(said);
    const { value: before } = number.dataset;
    const shown = numeral ? numeral.place.textContent : "";
    const { print } = globalThis.zhixing;
    return (value) => {
      const changed = value === null || print(value) !== print(read(before));
      const text = value === null ? "–" : numeral ? write(value, numeral) : brief(value);
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
})();
