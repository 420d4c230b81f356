// Plots that follow: curves, points and bars drawn anew in the picture that stands there, and what they were behind them,
// pale. The scales stay while all values have room on them.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  const COLOURS = 6;
  const SHAPES = [
    "a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z",
    [[-3.4, -3.4], [3.4, -3.4], [3.4, 3.4], [-3.4, 3.4]],
    [[0, -4.6], [4.2, 3.2], [-4.2, 3.2]],
    [[0, -4.8], [4.8, 0], [0, 4.8], [-4.8, 0]],
    [[0, 4.6], [4.2, -3.2], [-4.2, -3.2]],
    [
      [-4.2, -1.4], [-1.4, -1.4], [-1.4, -4.2], [1.4, -4.2], [1.4, -1.4], [4.2, -1.4],
      [4.2, 1.4], [1.4, 1.4], [1.4, 4.2], [-1.4, 4.2], [-1.4, 1.4], [-4.2, 1.4],
    ],
  ];

  // Scales: {low, high, log}.

  const along = ({ low, high, log }, value) =>
    log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const canPlace = ({ log }, value) => Number.isFinite(value) && (value > 0 || !log);
  const isOn = (scale, value) => {
    const place = along(scale, value);
    return place > -1e-6 && place < 1 + 1e-6;
  };

  function stepFor(least) {
    const unit = 10 ** Math.floor(Math.log10(least));
    return unit * [1, 2, 5, 10].find((digit) => digit * unit >= least * (1 - 1e-9));
  }

  function linearTicks(low, high) {
    const step = stepFor((high - low || 1) / 5);
    const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
    return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, at) => (first + at) * step);
  }

  function powersOfTen(low, high) {
    const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
    const every = Math.ceil((last - first + 1) / 6);
    return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, at) => 10 ** (first + at)).filter((_, at) => at % every === 0);
  }

  /** Return a scale that has room for values, with ticks; the one given, without ticks, where it has. */
  function scaleFor(scale, values) {
    const shown = values.filter((value) => canPlace(scale, value));
    if (shown.every((value) => isOn(scale, value))) return scale;
    const [low, high] = [Math.min(scale.low, ...shown), Math.max(scale.high, ...shown)];
    const ticks = scale.log ? powersOfTen(low, high) : linearTicks(low, high);
    return { low: ticks[0], high: Math.max(ticks[ticks.length - 1], scale.log ? high : 0), log: scale.log, ticks };
  }

  // Paths.

  const points = (told, xs, ys, up) => {
    const [left, top, width, height] = told.area;
    const inset = told.across ? told.inset : 0;
    const x = (value) =>
      told.across
        ? left + inset + (width - 2 * inset) * along(told.across, value)
        : left + (width * (value + 0.5)) / told.places;
    return ys.map((value, at) => {
      const drawn = canPlace(up, value) && (!told.across || (canPlace(told.across, xs[at]) && isOn(told.across, xs[at])));
      return drawn ? [x(xs[at]), top + height * (1 - along(up, value)), value] : null;
    });
  };

  function curve(places) {
    let [path, pen] = ["", "M"];
    for (const place of places) {
      if (place) path += `${pen}${place[0].toFixed(1)} ${place[1].toFixed(1)}`;
      pen = place ? "L" : "M";
    }
    return path;
  }

  function mark([x, y], series) {
    const shape = SHAPES[(series + Math.floor(series / COLOURS)) % SHAPES.length];
    if (typeof shape === "string") return `M${(x - 4).toFixed(1)} ${y.toFixed(1)}${shape}`;
    return `M${shape.map(([dx, dy]) => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`).join("L")}Z`;
  }

  function bar([x, y, value], told, up, place, count) {
    const [, top, width, height] = told.area;
    const wide = ((width / told.places) * 0.7) / count;
    const zero = top + height * (1 - along(up, 0));
    return value ? `M${(x + (place - count / 2) * wide).toFixed(1)} ${zero.toFixed(1)}V${y.toFixed(1)}h${wide.toFixed(1)}V${zero.toFixed(1)}Z` : "";
  }

  /** Return the paths of a series, each with its class. */
  function pathsOf(told, series, at, xs, ys, up) {
    const [left, , width] = told.area;
    const places = points(told, xs, ys, up);
    const role = `curve c${at % COLOURS}`;
    if (series.constant) return places[0] ? [[`M${left} ${places[0][1].toFixed(1)}h${width}`, `${role} dashed`]] : [];
    const seen = places.filter(Boolean);
    if (told.drawn === "bars") {
      const varying = told.series.filter((one) => !one.constant);
      return seen.map((one) => [bar(one, told, up, varying.indexOf(series), varying.length), `m${at % COLOURS}`]);
    }
    const line = told.drawn === "plot" && told.across ? [[curve(places), role]] : [];
    const bare = told.drawn === "plot" && told.across && xs.length > told.marks;
    return [...line, ...(bare ? [] : seen.map((one) => [mark(one, at), `m${at % COLOURS}`]))];
  }

  // The picture.

  const valuesOf = (told, series, values) => {
    const { data } = values[series.index];
    return Array.from({ length: told.points }, (_, at) => data[series.start + at * series.stride]);
  };
  const acrossOf = (told, values) => (told.against === null ? told.xs : values[told.against].data);

  /** Replace the grid and the labels of the vertical axis by those of another scale. */
  function drawTicks(picture, { area: [left, top, width, height], format }, up) {
    const bottom = top + height;
    for (const line of picture.querySelectorAll("line")) {
      const level = Number(line.getAttribute("y1"));
      if (level === Number(line.getAttribute("y2")) && level < bottom - 0.1) line.remove();
    }
    for (const text of picture.querySelectorAll("text.end")) {
      if (!text.hasAttribute("transform") && Number(text.getAttribute("x")) < left) text.remove();
    }
    for (const value of up.ticks.filter((tick) => isOn(up, tick))) {
      const y = (top + height * (1 - along(up, value))).toFixed(1);
      const line = { x1: left, x2: left + width, y1: y, y2: y, class: value === 0 ? "rule" : "grid" };
      picture.querySelector("rect.ground").after(live.element(picture, "line", line));
      const label = live.element(picture, "text", { class: "muted small end", x: left - 8, y: Number(y) + 4 });
      label.textContent = globalThis.zhixing.print(Number(value.toPrecision(12)), format);
      picture.documentElement.append(label);
    }
  }

  /** Write the value of what is everywhere the same anew in the key. */
  function drawKey(picture, told, values, rest) {
    const { print } = globalThis.zhixing;
    for (const { constant, index, start } of told.series) {
      if (!constant) continue;
      const textOf = (from) => `${constant} = ${print(from[index].data[start], told.format)}`;
      const text = [...picture.querySelectorAll("text")].find((one) => one.textContent === textOf(rest));
      if (text) text.textContent = textOf(values);
    }
  }

  function drawPlot(example, { own, told }, values) {
    const picture = own.picture.cloneNode(true);
    const from = [example.values, values];
    const all = from.map((one) => told.series.map((series) => valuesOf(told, series, one)));
    const up = scaleFor(told.up, all.flat(2));
    const first = [...picture.querySelectorAll("path")].map((path) => [path, Number(/^M[-\d.]+ ([-\d.]+)/.exec(path.getAttribute("d"))?.[1])]);
    const drawn = first.filter(([, y]) => y > told.area[1] - 10).map(([path]) => path);
    const before = first.find(([, y]) => y <= told.area[1] - 10)?.[0] ?? picture.querySelector("text");
    // The text before which the curves stand may be a label that other ticks replace.
    const anchor = picture.createComment("");
    before.before(anchor);
    drawn.forEach((path) => path.remove());
    if (up.ticks) drawTicks(picture, told, up);
    from.forEach((one, now) => {
      told.series.forEach((series, at) => {
        for (const [d, role] of pathsOf(told, series, at, acrossOf(told, one), all[now][at], up)) {
          anchor.before(live.element(picture, "path", { d, class: role, opacity: now ? 1 : 0.25 }));
        }
      });
    });
    anchor.remove();
    drawKey(picture, told, values, example.values);
    return live.addressOf(picture, own.style);
  }

  live.parts.push(async (example) => {
    const draw = (figure, values) => drawPlot(example, figure, values);
    const figures = await live.openFigures(example, "plot", draw);
    const show = (values) => {
      for (const figure of values ? figures : []) {
        const { series, against } = figure.told;
        const indices = [...new Set([...series.map(({ index }) => index), ...(against === null ? [] : [against])])];
        live.showFigure(example, figure, indices, values, draw);
      }
    };
    return [{ show }];
  });
})();
