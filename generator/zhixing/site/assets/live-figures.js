// Figures that follow: heat maps and flows, drawn anew from the pictures that stand there; a flow step by step; and
// words that light up by the weight that a query gives them.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  const { words, make, button, tell } = live;
  const SVG = "http://www.w3.org/2000/svg";

  // Pictures.

  /** Return a figure's picture, and its styles apart from it; null where it cannot be had, as from a folder. */
  async function fetchPicture(image) {
    try {
      const text = await (await fetch(image.src)).text();
      // The page's policy allows no style elements, also not in a document that is only parsed.
      const [style] = /<style>[^]*?<\/style>/.exec(text) ?? [""];
      const picture = new DOMParser().parseFromString(text.replace(style, ""), "image/svg+xml");
      return picture.querySelector("parsererror") ? null : { picture, style };
    } catch {
      return null;
    }
  }

  live.addressOf = (picture, style) => {
    const text = new XMLSerializer().serializeToString(picture).replace(/<svg[^>]*>/, (tag) => tag + style);
    return `data:image/svg+xml,${encodeURIComponent(text)}`;
  };

  live.element = (picture, tag, attributes) => {
    const element = picture.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  /** Return the images of an example that its blocks of some kinds are shown in, each with what the block says. */
  live.findImages = (example, kind) => {
    const images = [...example.root.querySelectorAll("img")].filter((image) => !image.closest(".admonition"));
    const found = [];
    for (const block of example.data.blocks) {
      const [own] = ["heatmap", "plot", "steps"].filter((name) => name in block);
      const image = own && images.shift();
      if (image && own === kind && block[own]) found.push({ image, told: block[own] });
    }
    return found;
  };

  /** Return figures with their pictures, those that cannot be had left out; `draw` gives an address for values. */
  live.openFigures = async (example, kind, draw) => {
    const figures = live.findImages(example, kind).map((one) => ({ ...one, src: one.image.getAttribute("src"), alt: one.image.alt }));
    await Promise.all(figures.map(async (one) => (one.own = await fetchPicture(one.image))));
    const ready = figures.filter((one) => one.own && draw(one, example.values));
    for (const one of ready) one.image.parentElement.classList.add("zx-live-follows");
    return ready;
  };

  /** Show a figure for values; as it was where none of its numbers looks different. */
  live.showFigure = (example, figure, indices, values, draw) => {
    const textsOf = (from) => indices.map((index) => `${example.data.shown[index][0]}: ${example.texts(index, from).join(", ")}`);
    const texts = textsOf(values).join("; ");
    const changed = texts !== textsOf(example.values).join("; ");
    figure.image.src = changed || figure.step >= 0 ? draw(figure, values) : figure.src;
    figure.image.alt = changed ? texts : figure.alt;
  };

  // Cells: their colours by their values, and the numbers on them.

  /** Return the class of a number on a cell: black or white in the light scheme, then in the dark one. */
  function inkOn(opacity, negative, changes) {
    const [light, dark] = negative ? changes.slice(2) : changes;
    const colours = [opacity >= light ? "white" : "black", opacity >= dark ? "black" : "white"];
    return colours[0] === colours[1] ? colours[0] : colours.join("-");
  }

  function printerOf(values, format) {
    const most = values.filter(Number.isFinite).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const power = most ? Math.floor(Math.log10(most)) : 0;
    const { print, fixed } = globalThis.zhixing;
    const text = (value) => {
      if (format) return print(value, format);
      return power < -3 ? print(value, null, 2) : fixed(value, Math.max(0, 2 - power + (power < 0 ? -1 : 0)));
    };
    return { most, text };
  }

  function paint(picture, base, { at, rows, columns, opacity, masked, negative }) {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(base.getAttribute(name)));
    const [tall, wide] = [height / rows, width / columns];
    const place = { x: x + (at % columns) * wide, y: y + (Math.floor(at / columns) % rows) * tall, width: wide, height: tall };
    const role = masked ? { class: "masked" } : { class: negative ? "negative" : "positive", "fill-opacity": opacity.toFixed(3) };
    base.after(live.element(picture, "rect", { ...role, ...place }));
  }

  /** Fill the cells of panels with values: `bases` are the panels' grounds, `texts` their numbers in order. */
  function fillCells(picture, bases, texts, { values, hidden, format, shape: [, rows, columns], inks }) {
    const { most, text } = printerOf(values, format);
    values.forEach((value, at) => {
      const masked = value === -Infinity || hidden?.[at] === -Infinity;
      const opacity = Number.isNaN(value) || !value ? 0 : most ? Math.min(Math.abs(value) / most, 1) : 1;
      const cell = { at, rows, columns, opacity, masked, negative: value < 0 };
      if (masked || opacity) paint(picture, bases[Math.floor(at / (rows * columns))], cell);
      const ink = inkOn(masked ? 0 : opacity, value < 0, inks);
      texts[at].setAttribute("class", `${ink} ${texts[at].getAttribute("class").split(" ").slice(1).join(" ")}`);
      texts[at].textContent = text(value);
    });
  }

  function clearCells(picture) {
    picture.querySelectorAll("rect.positive, rect.negative").forEach((rect) => rect.remove());
    for (const rect of picture.querySelectorAll("rect.masked")) if (rect.getAttribute("height") !== "12.0") rect.remove();
  }

  const hiddenIn = (scores, values) => (scores === null ? null : values[scores].data);

  // Heat maps.

  function drawMap(example, { own, told: [index, scores, shape, inks] }, values) {
    const picture = own.picture.cloneNode(true);
    const texts = [...picture.querySelectorAll("text.number")];
    const { data } = values[index];
    if (texts.length !== data.length) return "";
    clearCells(picture);
    const format = example.data.shown[index][2];
    const cells = { values: data, hidden: hiddenIn(scores, values), format, shape, inks };
    fillCells(picture, [...picture.querySelectorAll("rect.base")], texts, cells);
    return live.addressOf(picture, own.style);
  }

  live.parts.push(async (example) => {
    const draw = (figure, values) => drawMap(example, figure, values);
    const figures = await live.openFigures(example, "heatmap", draw);
    const show = (values) => {
      if (values) for (const one of figures) live.showFigure(example, one, [one.told[0]], values, draw);
    };
    return [{ show }];
  });

  // Flows.

  const numbersOf = (picture) => [...picture.querySelectorAll("text")].filter((text) => !/muted|name/.test(text.getAttribute("class")));

  function drawFlow(example, figure, values) {
    const { own, told } = figure;
    const picture = own.picture.cloneNode(true);
    const texts = numbersOf(picture);
    const bases = [...picture.querySelectorAll("rect.base")];
    const count = told.boxes.reduce((sum, [index]) => sum + values[index].data.length, 0);
    if (texts.length !== count) return "";
    clearCells(picture);
    for (const [index, scores, shape] of told.boxes) {
      const { data } = values[index];
      const own = texts.splice(0, data.length);
      const format = example.data.shown[index][2];
      if (!shape) own[0].textContent = globalThis.zhixing.print(data[0], format);
      else fillCells(picture, bases.splice(0, shape[0]), own, { values: data, hidden: hiddenIn(scores, values), format, shape, inks: told.inks });
    }
    if (figure.step >= 0) markStep(picture, told, figure.step);
    return live.addressOf(picture, own.style);
  }

  /** Mark the box of a step; those of later steps fade, and so do the arrows into them and what lies below. */
  function markStep(picture, { order }, step) {
    const cards = [...picture.querySelectorAll("rect.card")];
    const numbers = (one, names) => names.map((name) => Number(one.getAttribute(name)));
    const boxOf = (card) => numbers(card, ["x", "y", "width", "height"]);
    const tipOf = (one) => one.getAttribute("d").slice(1).split(/[ L]/, 2).map(Number);
    const placeOf = (one) => (one.matches("path") ? tipOf(one) : numbers(one, one.matches("line") ? ["x2", "y2"] : ["x", "y"]));
    const inside = ([x, y, width, height], [a, b]) => a >= x && a <= x + width && b >= y - 12 && b <= y + height;
    const later = order.slice(step + 1).map((one) => boxOf(cards[one]));
    const bottom = Math.max(...order.slice(0, step + 1).map((one) => boxOf(cards[one])).map(([, y, , height]) => y + height));
    const fades = (one) =>
      later.some((box) => inside(box, placeOf(one))) || (one.matches("line") && Math.min(...numbers(one, ["y1", "y2"])) >= bottom);
    for (const one of picture.querySelectorAll("rect:not(.ground), text, line:not(.hatch), path.tip")) {
      if (fades(one)) one.setAttribute("opacity", 0.12);
    }
    const [x, y, width, height] = boxOf(cards[order[step]]);
    const frame = { x: x - 2, y: y - 2, width: width + 4, height: height + 4, rx: 6 };
    const line = { fill: "none", stroke: "#c26a00", "stroke-width": 2.5 };
    picture.documentElement.append(live.element(picture, "rect", { class: "now", ...frame, ...line }));
  }

  /** Return the buttons that walk through a flow. */
  function stepBar(example, figure, redraw) {
    const { steps } = figure.told;
    const said = make("span");
    said.setAttribute("role", "status");
    const go = (by) => {
      figure.step = Math.min(Math.max(figure.step + by, -1), steps.length - 1);
      said.textContent = figure.step < 0 ? "" : tell(words.step, { at: figure.step + 1, of: steps.length, what: steps[figure.step] });
      back.disabled = figure.step < 0;
      on.disabled = figure.step === steps.length - 1;
      redraw();
    };
    const back = button(words.back, () => go(-1), { disabled: true });
    const on = button(words.next, () => go(1));
    return make("div", { className: "zx-live-bar zx-live-steps" }, back, on, said);
  }

  live.parts.push(async (example) => {
    const draw = (figure, values) => drawFlow(example, figure, values);
    const figures = await live.openFigures(example, "steps", draw);
    const show = (values) => {
      for (const one of values ? figures : []) live.showFigure(example, one, one.told.boxes.map(([index]) => index), values, draw);
    };
    for (const one of figures) {
      one.step = -1;
      one.image.parentElement.before(stepBar(example, one, () => show(example.compute(example.changes))));
    }
    return [{ show }];
  });

  // Words that light up: of a heat map whose rows are shares, each row is a query and each column a word.

  function isShares({ shape, data }, columns) {
    const rows = Array.from({ length: data.length / columns }, (_, row) => data.slice(row * columns, (row + 1) * columns));
    return rows.every((row) => row.every((x) => x >= 0) && Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-6);
  }

  function addLights(example, { image, told: [index, , , , labels] }) {
    const [queries, keys] = labels;
    let [values, chosen] = [example.values, -1];
    const lit = keys.map((key) => make("span", { className: "zx-live-word", textContent: key }));
    const show = () => {
      lit.forEach((one, at) => {
        const weight = chosen < 0 ? 0 : values[index].data[chosen * keys.length + at];
        one.style.setProperty("--zx-weight", `${Math.round(weight * 100)}%`);
        one.title = chosen < 0 ? "" : example.print([index, chosen * keys.length + at], values);
      });
      asked.forEach((one, at) => one.setAttribute("aria-pressed", `${at === chosen}`));
    };
    const choose = (row) => {
      chosen = row;
      show();
    };
    const asked = queries.map((query, row) => {
      const one = button(query, () => choose(row));
      one.addEventListener("pointerenter", () => choose(row));
      one.addEventListener("focus", () => choose(row));
      return one;
    });
    const line = make("div", { className: "zx-live-lights" });
    line.append(make("span", { textContent: words.lights }), ...asked, make("span", { textContent: "→" }), ...lit);
    image.parentElement.before(line);
    show();
    return (now) => {
      values = now;
      show();
    };
  }

  live.parts.push((example) =>
    live
      .findImages(example, "heatmap")
      .filter(({ told }) => told[4] && isShares(example.values[told[0]], told[4][1].length))
      .map((figure) => addLights(example, figure))
      .map((update) => ({ show: (values) => values && update(values) })),
  );
})();
