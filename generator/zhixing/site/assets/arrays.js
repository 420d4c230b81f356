// Examples computed in the browser: what `language/tree_data.py` writes, interpreted, and numbers printed as
// `show/numbers.py` prints them. An array is {shape, data}, its entries in C order; a statement's entries are 0 and 1.
(() => {
  "use strict";

  // Arrays.

  const count = (shape) => shape.reduce((a, b) => a * b, 1);
  const array = (shape, data) => ({ shape, data });
  const scalar = (value) => array([], [value]);
  const range = (size) => Array.from({ length: size }, (_, at) => at);
  const stridesOf = (shape) => {
    const strides = Array(shape.length).fill(1);
    for (let at = shape.length - 2; at >= 0; at--) strides[at] = strides[at + 1] * shape[at + 1];
    return strides;
  };
  const place = (axis, rank) => (axis < 0 ? axis + rank : axis);
  const fail = (what) => {
    throw new RangeError(what);
  };

  /** Return the offsets that the places of a shape have with some strides. */
  function offsets(shape, strides) {
    let found = [0];
    shape.forEach((size, axis) => {
      const next = new Array(found.length * size);
      let at = 0;
      for (const offset of found) for (let place = 0; place < size; place++) next[at++] = offset + place * strides[axis];
      found = next;
    });
    return found;
  }

  function joint(shapes) {
    const rank = Math.max(0, ...shapes.map((shape) => shape.length));
    return range(rank).map((axis) => {
      const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((size) => size !== 1);
      if (sizes.some((size) => size !== sizes[0])) fail("sizes differ");
      return sizes.length ? sizes[0] : 1;
    });
  }

  function repeat(a, shape) {
    const own = stridesOf(a.shape).map((stride, axis) => (a.shape[axis] === 1 ? 0 : stride));
    const strides = [...Array(shape.length - a.shape.length).fill(0), ...own];
    return array(shape, offsets(shape, strides).map((at) => a.data[at]));
  }

  const same = (a, b) => a.length === b.length && a.every((size, axis) => size === b[axis]);

  function entrywise(f, ...arrays) {
    const shape = joint(arrays.map((a) => a.shape));
    const data = arrays.map((a) => (same(a.shape, shape) ? a.data : repeat(a, shape).data));
    const [x, y, z] = data;
    return array(shape, Array.from({ length: count(shape) }, (_, at) => f(x[at], y?.[at], z?.[at])));
  }

  const reorder = (a, order) => {
    const strides = stridesOf(a.shape);
    const shape = order.map((axis) => a.shape[axis]);
    return array(shape, offsets(shape, order.map((axis) => strides[axis])).map((at) => a.data[at]));
  };

  const swap = (a) => {
    const rank = a.shape.length;
    return reorder(a, [...range(rank - 2), rank - 1, rank - 2]);
  };

  const reshape = (a, shape) => {
    const known = shape.reduce((product, size) => (size < 0 ? product : product * size), 1);
    return array(shape.map((size) => (size < 0 ? a.data.length / known : size)), a.data);
  };

  const stack = (items) => {
    const shape = joint(items.map((one) => one.shape));
    return array([items.length, ...shape], items.flatMap((one) => repeat(one, shape).data));
  };

  /** Return what `f` gives for the entries along some axes, null for all, as the rows of those that are left. */
  function rows(a, axes, f) {
    const rank = a.shape.length;
    const at = axes === null ? range(rank) : axes.map((axis) => place(axis, rank));
    const kept = range(rank).filter((axis) => !at.includes(axis));
    const order = [...kept, ...at];
    const turned = reorder(a, order);
    const shape = kept.map((axis) => a.shape[axis]);
    const size = count(at.map((axis) => a.shape[axis]));
    const found = range(count(shape)).map((row) => f(turned.data.slice(row * size, (row + 1) * size)));
    return { found, shape, turned, order };
  }

  function reduce(a, axes, f) {
    const { found, shape } = rows(a, axes, f);
    return array(shape, found);
  }

  /** Return what a function of rows gives in the places of the rows. */
  function along(a, axes, f) {
    const { found, turned, order } = rows(a, axes ?? [-1], f);
    const back = range(order.length).map((axis) => order.indexOf(axis));
    return reorder(array(turned.shape, found.flat()), back);
  }

  function product(a, b) {
    const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]]) : a;
    const right = b.shape.length === 1 ? reshape(b, [b.shape[0], 1]) : b;
    const [n, k] = left.shape.slice(-2);
    const m = right.shape[right.shape.length - 1];
    if (right.shape[right.shape.length - 2] !== k) fail("sizes differ");
    const batch = joint([left.shape.slice(0, -2), right.shape.slice(0, -2)]);
    const x = repeat(left, [...batch, n, k]).data;
    const y = repeat(right, [...batch, k, m]).data;
    const data = [];
    for (let part = 0; part < count(batch); part++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          let sum = 0;
          for (let at = 0; at < k; at++) sum += x[(part * n + i) * k + at] * y[(part * k + at) * m + j];
          data.push(sum);
        }
      }
    }
    return array([...batch, ...(a.shape.length === 1 ? [] : [n]), ...(b.shape.length === 1 ? [] : [m])], data);
  }

  // Numbers.

  const sum = (row) => row.reduce((a, b) => a + b, 0);
  const mean = (row) => sum(row) / row.length;
  const largest = (row) => row.reduce((a, b) => Math.max(a, b), -Infinity);
  const smallest = (row) => row.reduce((a, b) => Math.min(a, b), Infinity);
  const variance = (row) => {
    const centre = mean(row);
    return mean(row.map((x) => (x - centre) ** 2));
  };
  const modulo = (a, b) => {
    const rest = a % b;
    return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  };
  const power = (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b);
  const even = (x) => {
    const below = Math.floor(x);
    if (x - below !== 0.5) return Math.round(x);
    return below % 2 === 0 ? below : below + 1;
  };
  const sigmoid = (x) => {
    const small = Math.exp(-Math.abs(x));
    return (x < 0 ? small : 1) / (1 + small);
  };
  const near = (a, b) => {
    if (Math.abs(a) === Infinity || Math.abs(b) === Infinity) return a === b;
    return Math.abs(a - b) <= Math.max(1e-9 * Math.max(Math.abs(a), Math.abs(b)), 1e-12);
  };

  function best(row, value) {
    if (Number.isNaN(value)) fail("no number is the best");
    if (row.filter((x) => near(x, value)).length > 1) fail("a tie");
    return row.indexOf(value);
  }

  function softmax(row, temperature = 1) {
    const top = largest(row);
    const powers = row.map((x) => Math.exp((x - (top === -Infinity ? 0 : top)) / temperature));
    const total = sum(powers);
    return powers.map((x) => x / (total === 0 ? 1 : total));
  }

  function logSum(row) {
    const top = largest(row);
    return Math.log(sum(row.map((x) => Math.exp(x - (top === -Infinity ? 0 : top))))) + top;
  }

  function logSoftmax(row) {
    const top = largest(row);
    const below = row.map((x) => x - (top === -Infinity ? 0 : top));
    const total = sum(below.map(Math.exp));
    return below.map((x) => x - Math.log(total === 0 ? 1 : total));
  }

  function normalize(row, eps = 0) {
    const centre = mean(row);
    const scale = Math.sqrt(variance(row) + eps);
    return row.map((x) => (x - centre) / scale);
  }

  function running(f) {
    return (row) => {
      let so_far;
      return row.map((x, at) => (so_far = at ? f(so_far, x) : x));
    };
  }

  const OPERATORS = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "//": (a, b) => Math.round((a - modulo(a, b)) / b),
    "%": modulo,
    "**": power,
    "<": (a, b) => +(a < b),
    "<=": (a, b) => +(a <= b),
    ">": (a, b) => +(a > b),
    ">=": (a, b) => +(a >= b),
    "==": (a, b) => +(a === b),
    "!=": (a, b) => +(a !== b),
    "&": (a, b) => +(a !== 0 && b !== 0),
    "|": (a, b) => +(a !== 0 || b !== 0),
  };

  // Words: each takes its arguments, its options and the axes that it works along.

  const each = (f) => (given) => entrywise(f, ...given);
  const over = (f) => (given, _, axes) => reduce(given[0], axes, f);
  const within = (f) => (given, options, axes) => along(given[0], axes, (row) => f(row, options));
  const one = (option, otherwise) => (option ? option.data[0] : otherwise);

  function allowedBand(n, m, [before, after], align) {
    const offset = { none: 0, start: 0, end: m - n }[align ?? "none"] ?? one(align);
    const reach = (side) => (side === null ? Infinity : one(side));
    const [back, ahead] = [reach(before), reach(after)];
    const data = range(n).flatMap((i) => range(m).map((j) => +(-back <= j - i - offset && j - i - offset <= ahead)));
    return array([n, m], data);
  }

  const sides = (window) => (Array.isArray(window) ? window : window ? window.data.map(scalar) : [null, null]);

  function attention([Q, K, V], { mask, bias, scale, causal, window, align, softcap }) {
    const last = (a, back) => a.shape[a.shape.length - back];
    const scores = product(Q, swap(K));
    const times = scale ? one(scale) : 1 / Math.sqrt(last(Q, 1));
    const scaled = entrywise((x) => x * times, scores);
    const capped = softcap ? entrywise((x) => one(softcap) * Math.tanh(x / one(softcap)), scaled) : scaled;
    const [before, after] = sides(window);
    const reach = [before, one(causal, 0) ? scalar(0) : after];
    let open = allowedBand(last(Q, 2), last(K, 2), reach, align);
    if (mask) open = entrywise((a, b) => +(a !== 0 && b !== 0), open, mask);
    if (bias) open = entrywise((a, b) => +(a !== 0 && b !== -Infinity), open, bias);
    const allowed = repeat(open, joint([open.shape, capped.shape]));
    const masked = entrywise((a, x, b) => (a ? x + b : -Infinity), allowed, capped, bias ?? scalar(0));
    const weights = along(masked, [-1], (row) => softmax(row));
    const lse = reduce(masked, [-1], logSum);
    return { scores, scaled, capped, masked, allowed, weights, lse, output: product(weights, V) };
  }

  /** Return an array whose last `rank` axes are two, and sizes as two. */
  const plane = (a, rank) => (rank === 2 ? a : reshape(a, [...a.shape.slice(0, -1), 1, ...a.shape.slice(-1)]));

  /** Return what `f` makes of each window of planes; `reach` gives the offsets of a window's entries. */
  function windows(x, [height, width], [tall, wide], [down, across], gap, f) {
    const [h, w] = x.shape.slice(-2);
    const rowCount = Math.floor((h - (tall - 1) * gap - 1) / down) + 1;
    const columnCount = Math.floor((w - (wide - 1) * gap - 1) / across) + 1;
    const planes = x.data.length / (h * w);
    const parts = range(planes).map((at) => x.data.slice(at * h * w, (at + 1) * h * w));
    const inside = range(tall).flatMap((i) => range(wide).map((j) => i * gap * w + j * gap));
    const found = parts.map((part) =>
      range(rowCount).flatMap((r) =>
        range(columnCount).map((c) => f(inside.map((at) => part[r * down * w + c * across + at]))),
      ),
    );
    return array([...x.shape.slice(0, -2), rowCount, columnCount], found.flat());
  }

  const pool = (rank, f) => ([x], { size, stride }) => {
    const [long, step] = [one(size), one(stride ?? size)];
    const [sizes, steps] = rank === 2 ? [[long, long], [step, step]] : [[1, long], [1, step]];
    const found = windows(plane(x, rank), [], sizes, steps, 1, f);
    return rank === 2 ? found : reshape(found, [...x.shape.slice(0, -1), found.shape[found.shape.length - 1]]);
  };

  function pad(x, [top, bottom], [left, right]) {
    const [h, w] = x.shape.slice(-2);
    const shape = [...x.shape.slice(0, -2), h + top + bottom, w + left + right];
    const data = Array(count(shape)).fill(0);
    const to = stridesOf(shape);
    offsets(x.shape, to).forEach((at, from) => (data[at + top * to[to.length - 2] + left] = x.data[from]));
    return array(shape, data);
  }

  const convolve = (rank) => ([x, kernel, ...rest], options) => {
    const bias = rest[0] ?? options.bias ?? scalar(0);
    const gap = one(options.dilation, 1);
    const step = one(options.stride, 1);
    const padding = options.padding ?? "valid";
    const zeros = (size) => {
      const all = (size - 1) * gap;
      if (padding === "same") return [Math.floor(all / 2), all - Math.floor(all / 2)];
      return padding === "valid" ? [0, 0] : [one(padding), one(padding)];
    };
    const size = kernel.shape.slice(-rank);
    const [tall, wide] = rank === 2 ? size : [1, size[0]];
    const padded = pad(plane(x, rank), rank === 2 ? zeros(tall) : [0, 0], zeros(wide));
    const steps = rank === 2 ? [step, step] : [1, step];
    const seen = (plain, weights) =>
      windows(plain, [], [tall, wide], steps, gap, (part) => sum(part.map((v, at) => v * weights[at])));
    const flat = (a) => (rank === 2 ? a : reshape(a, [...a.shape.slice(0, -2), ...a.shape.slice(-1)]));
    if (kernel.shape.length === rank) return entrywise((a, b) => a + b, flat(seen(padded, kernel.data)), bias);
    const [out, into] = kernel.shape;
    const entries = tall * wide;
    const [h, w] = padded.shape.slice(-2);
    const batch = padded.shape.slice(0, -3);
    const results = range(count(batch)).map((part) =>
      range(out).map((o) =>
        range(into)
          .map((i) => {
            const from = (part * into + i) * h * w;
            const own = kernel.data.slice((o * into + i) * entries, (o * into + i + 1) * entries);
            return seen(array([h, w], padded.data.slice(from, from + h * w)), own);
          })
          .reduce((a, b) => entrywise((p, q) => p + q, a, b)),
      ),
    );
    const shape = results[0][0].shape;
    const whole = array([...batch, out, ...shape], results.flat().flatMap((a) => a.data));
    const added = bias.shape.length ? reshape(bias, [-1, 1, 1]) : bias;
    return flat(entrywise((a, b) => a + b, whole, added));
  };

  function positions([pos, features], { base }) {
    const d = features.shape[0];
    const pairs = range(Math.floor((d + 1) / 2)).map((i) => one(base, 10000) ** ((-2 * i) / d));
    const data = pos.data.flatMap((p) => pairs.flatMap((rate) => [Math.sin(p * rate), Math.cos(p * rate)]).slice(0, d));
    return array([...pos.shape, d], data);
  }

  const scaleAndShift = (normal, { gain, bias }) =>
    entrywise((x, g, b) => x * g + b, normal, gain ?? scalar(1), bias ?? scalar(0));

  // Parts of words: arrays combined entry by entry, orders, distances, cells of recurrent networks.

  const add = (a, b) => entrywise((x, y) => x + y, a, b);
  const multiply = (a, b) => entrywise((x, y) => x * y, a, b);
  const zeros = (size) => array([size], Array(size).fill(0));
  const item = (a, at) => {
    const size = count(a.shape.slice(1));
    return array(a.shape.slice(1), a.data.slice(at * size, (at + 1) * size));
  };

  /** Return the place of each entry of a row from the largest on; of equal ones the first comes first. */
  const orderOf = (row) => range(row.length).sort((a, b) => row[b] - row[a] || a - b);

  /** Return the shares of a row that are kept, by their place in the order and the sum of those before it. */
  function keep(row, isKept) {
    if (row.some((p) => p < 0)) fail("a negative weight");
    const kept = Array(row.length).fill(0);
    let before = 0;
    orderOf(row).forEach((at, place) => {
      if (isKept(place, before)) kept[at] = row[at];
      before += row[at];
    });
    const total = sum(kept);
    return kept.map((p) => p / (total === 0 ? 1 : total));
  }

  /** Return how far each key stands behind each query; before it, negative. */
  function distances(queries, keys, align) {
    const [n, m] = [queries.shape[0], keys.shape[0]];
    const offset = { none: 0, start: 0, end: m - n }[align ?? "none"] ?? one(align);
    return array([n, m], range(n).flatMap((i) => range(m).map((j) => j - i - offset)));
  }

  const mask = (queries, keys, reach, align) => allowedBand(queries.shape[0], keys.shape[0], reach, align);

  function alibi([slopes, queries, keys], { align }) {
    const far = distances(queries, keys, align);
    return multiply(reshape(slopes, [...slopes.shape, 1, 1]), entrywise((x) => -Math.abs(x), far));
  }

  function alibiSlopes([heads]) {
    const size = heads.shape[0];
    const power = 2 ** Math.floor(Math.log2(size));
    const between = range(size - power).map((at) => 2 ** ((-8 * (2 * at + 1)) / (2 * power)));
    return array([size], [...range(power).map((at) => 2 ** ((-8 * (at + 1)) / power)), ...between]);
  }

  function bucketOf(ahead, size, farthest, causal) {
    const half = causal ? size : Math.floor(size / 2);
    const before = causal ? Math.max(-ahead, 0) : Math.abs(ahead);
    const exact = Math.floor(half / 2);
    const share = Math.log(Math.max(before, exact) / exact) / Math.log(farthest / exact);
    const far = Math.min(exact + Math.floor((half - exact) * share + 1e-9), half - 1);
    return (before < exact ? before : far) + (!causal && ahead > 0 ? half : 0);
  }

  function t5Bias([weights, queries, keys], { align, farthest, causal }) {
    const far = distances(queries, keys, align);
    const size = weights.shape[weights.shape.length - 1];
    const buckets = far.data.map((ahead) => bucketOf(ahead, size, one(farthest, 128), one(causal, 0) !== 0));
    const heads = range(weights.data.length / size);
    const data = heads.flatMap((head) => buckets.map((at) => weights.data[head * size + at]));
    return array([...weights.shape.slice(0, -1), ...far.shape], data);
  }

  function batchNorm([x, gain, bias], options) {
    const centre = options.mean ?? reduce(x, [0], mean);
    const spread = options.variance ?? reduce(x, [0], variance);
    const eps = one(options.eps, 1e-5);
    const normal = entrywise((v, c, s) => (v - c) / Math.sqrt(s + eps), x, centre, spread);
    return scaleAndShift(normal, { gain: gain ?? options.gain, bias: bias ?? options.bias });
  }

  /** Return the share of a normal variable above x √2, twice: a series near 0, a continued fraction far from it. */
  function erfc(x) {
    if (x < 0) return 2 - erfc(-x);
    if (x > 27) return 0;
    const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
    if (x < 3) {
      let [term, total] = [x, x];
      for (let n = 1; term > total * 1e-17; n++) total += term *= (2 * x * x) / (2 * n + 1);
      return 1 - 2 * scale * total;
    }
    let below = x;
    for (let n = 60; n > 0; n--) below = x + n / 2 / below;
    return scale / below;
  }

  const gelu = (x) => (x === -Infinity ? 0 : (x * erfc(-x / Math.SQRT2)) / 2);
  const silu = (x) => (x === -Infinity ? 0 : x * sigmoid(x));
  const ACTIVATIONS = { relu: (x) => Math.max(x, 0), gelu, silu, tanh: Math.tanh, sigmoid, identity: (x) => x };
  const activate = (a, name, otherwise) => entrywise(ACTIVATIONS[name ?? otherwise], a);

  const feedForward = ([x, W1, b1, W2, b2], { activation }) =>
    add(product(activate(add(product(x, W1), b1), activation, "relu"), W2), b2);

  /** Return the entries of a gate before its function: of the input, the bias and the state. */
  const gate = (at, x, h, [W, U, b]) =>
    add(add(product(x, item(W, at)), b ? item(b, at) : scalar(0)), product(h, item(U, at)));

  function lstmCell([x, h, c, W, U, b], options) {
    const own = [W, U, b ?? options.b];
    const [f, i, o] = range(3).map((at) => entrywise(sigmoid, gate(at, x, h, own)));
    const g = entrywise(Math.tanh, gate(3, x, h, own));
    const state = add(multiply(f, c), multiply(i, g));
    return { f, i, o, g, c: state, h: multiply(o, entrywise(Math.tanh, state)) };
  }

  function gruCell([x, h, W, U, bias], options) {
    const b = bias ?? options.b;
    const [z, r] = range(2).map((at) => entrywise(sigmoid, gate(at, x, h, [W, U, b])));
    const last = item(U, 2);
    const after = one(options.reset_after, 0) !== 0;
    const back = after
      ? multiply(r, add(product(h, last), options.c_n ?? scalar(0)))
      : product(multiply(r, h), last);
    const n = entrywise(Math.tanh, add(add(product(x, item(W, 2)), b ? item(b, 2) : scalar(0)), back));
    return { z, r, n, h: entrywise((a, p, q) => a * p + (1 - a) * q, z, h, n) };
  }

  const rnnCell = ([x, h, W, U, b], options) =>
    activate(add(add(product(x, W), b ?? options.b ?? scalar(0)), product(h, U)), options.activation, "tanh");

  /** Return what a cell gives at each position of a sequence, along the last axis but one. */
  function unroll(x, step) {
    const at = x.shape.length - 2;
    const order = [at, ...range(at), at + 1];
    const turned = reorder(x, order);
    const steps = range(turned.shape[0]).map((position) => step(item(turned, position)));
    const join = (values) => {
      const whole = stack(values);
      const rank = whole.shape.length;
      return reorder(whole, [...range(rank - 2).map((axis) => axis + 1), 0, rank - 1]);
    };
    if (isArray(steps[0])) return join(steps);
    return Object.fromEntries(Object.keys(steps[0]).map((name) => [name, join(steps.map((one) => one[name]))]));
  }

  function lstm([x, W, U, b], options) {
    let [h, c] = ["h0", "c0"].map((name) => options[name] ?? zeros(U.shape[U.shape.length - 1]));
    return unroll(x, (part) => {
      const found = lstmCell([part, h, c, W, U, b], options);
      [h, c] = [found.h, found.c];
      return found;
    });
  }

  function gru([x, W, U, b], options) {
    let h = options.h0 ?? zeros(U.shape[U.shape.length - 1]);
    return unroll(x, (part) => {
      const found = gruCell([part, h, W, U, b], options);
      h = found.h;
      return found;
    });
  }

  function rnn([x, W, U, b], options) {
    let h = options.h0 ?? zeros(U.shape[0]);
    return unroll(x, (part) => (h = rnnCell([part, h, W, U, b], options)));
  }

  function patches([image], { size }) {
    const [side, rank] = [one(size), image.shape.length];
    const [h, w] = image.shape.slice(-2);
    const lead = image.shape.slice(0, -2);
    const cut = reshape(image, [...lead, h / side, side, w / side, side]);
    const turned = reorder(cut, [...range(rank - 2), rank - 2, rank, rank - 1, rank + 1]);
    return reshape(turned, [...lead, (h / side) * (w / side), side * side]);
  }

  function receptiveField([sizes], { strides, dilations }) {
    let [found, apart] = [1, 1];
    sizes.data.forEach((size, at) => {
      found += (size - 1) * (dilations?.data[at] ?? 1) * apart;
      apart *= strides?.data[at] ?? 1;
    });
    return scalar(found);
  }

  /** Turn two columns so that they stand at right angles; return whether they did not. */
  function turn(columns, turns, i, j) {
    const dot = (a, b) => sum(a.map((x, at) => x * b[at]));
    const [a, b, c] = [dot(columns[i], columns[i]), dot(columns[j], columns[j]), dot(columns[i], columns[j])];
    if (Math.abs(c) <= 1e-16 * Math.sqrt(a * b)) return false;
    const half = (b - a) / (2 * c);
    const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.hypot(1, half));
    const cosine = 1 / Math.hypot(1, tangent);
    for (const all of [columns, turns]) {
      const [p, q] = [all[i], all[j]];
      all[i] = p.map((x, at) => cosine * (x - tangent * q[at]));
      all[j] = p.map((x, at) => cosine * (tangent * x + q[at]));
    }
    return true;
  }

  /** Return the pseudo-inverse of a matrix, by turning its columns until all stand at right angles. */
  function pinv([x]) {
    const [n, d] = x.shape;
    const columns = range(d).map((j) => range(n).map((i) => x.data[i * d + j]));
    const turns = range(d).map((j) => range(d).map((i) => +(i === j)));
    for (let sweep = 0, moved = true; moved && sweep < 60; sweep++) {
      moved = false;
      for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) moved = turn(columns, turns, i, j) || moved;
    }
    const lengths = columns.map((column) => Math.hypot(...column));
    const least = 1e-15 * largest(lengths);
    const used = range(d).filter((k) => lengths[k] > least);
    const entry = (i, j) => sum(used.map((k) => (turns[k][i] * columns[k][j]) / lengths[k] ** 2));
    return array([d, n], range(d).flatMap((i) => range(n).map((j) => entry(i, j))));
  }

  const eye = (size) => array([size, size], range(size * size).map((at) => +(at % (size + 1) === 0)));
  const divergence = (p, q) => (p === 0 ? 0 : p * (Math.log(p) - Math.log(q)));
  const rowDot = (a, b) => reduce(multiply(a, b), [-1], sum);
  const rowLength = (a) => entrywise(Math.sqrt, rowDot(a, a));

  function crossEntropy([logits, targets], { smoothing }) {
    const size = logits.shape[logits.shape.length - 1];
    const soft = one(smoothing, 0);
    const logs = along(logits, [-1], logSoftmax);
    const data = targets.data.flatMap((target) => range(size).map((at) => +(at === target)));
    const wanted = array([...targets.shape, size], data);
    const terms = entrywise((w, l) => {
      const weight = (1 - soft) * w + soft / size;
      return weight === 0 ? 0 : weight * l;
    }, wanted, logs);
    return reduce(terms, [-1], (row) => -sum(row));
  }

  // Several heads, layers of the Transformer, steps of training.

  /** Return matrices with an axis of size 1 for the heads before their last two. */
  const lift = (a) => reshape(a, [...a.shape.slice(0, -2), 1, ...a.shape.slice(-2)]);

  /** Return key heads, each as often as query heads share it. */
  function share(a, heads) {
    const groups = a.shape[a.shape.length - 3];
    const size = count(a.shape.slice(-2));
    const parts = range(a.data.length / size).map((at) => a.data.slice(at * size, (at + 1) * size));
    const data = parts.flatMap((part) => Array(heads / groups).fill(part).flat());
    return array([...a.shape.slice(0, -3), heads, ...a.shape.slice(-2)], data);
  }

  function groupedAttention([Q, K, V], options) {
    const heads = Q.shape[Q.shape.length - 3];
    return attention([Q, share(K, heads), share(V, heads)], options);
  }

  const swapHeads = (x) => {
    const rank = x.shape.length;
    return reorder(x, [...range(rank - 3), rank - 2, rank - 3, rank - 1]);
  };
  const joinHeads = ([x]) => reshape(swapHeads(x), [...x.shape.slice(0, -3), x.shape[x.shape.length - 2], -1]);
  const splitHeads = ([x], { heads }) => swapHeads(reshape(x, [...x.shape.slice(0, -1), one(heads), -1]));

  function multiHead([X, M, W_Q, W_K, W_V, W_O], { mask, bias, ...options }) {
    const [Q, K, V] = [product(lift(X), W_Q), product(lift(M), W_K), product(lift(M), W_V)];
    const [own, added] = [mask, bias].map((a) => (a && a.shape.length > 2 ? lift(a) : a));
    const found = groupedAttention([Q, K, V], { ...options, mask: own, bias: added });
    const joined = joinHeads([found.output]);
    return { ...found, Q, K, V, heads: found.output, joined, output: product(joined, W_O) };
  }

  /** Return the norms before and after each part of a layer. */
  function normsOf({ norm, eps, gains, shifts }) {
    const normal = (x, at) =>
      scaleAndShift(
        along(x, [-1], (row) => normalize(row, one(eps, 1e-5))),
        { gain: gains && item(gains, at), bias: shifts && item(shifts, at) },
      );
    const post = (norm ?? "post") === "post";
    return { before: (x, at) => (post ? x : normal(x, at)), after: (x, at) => (post ? normal(x, at) : x) };
  }

  function encoderLayer([x, ...weights], options) {
    const { before, after } = normsOf(options);
    const z = before(x, 0);
    const own = multiHead([z, z, ...weights.slice(0, 4)], { mask: options.mask, causal: options.causal });
    const attended = after(add(x, own.output), 0);
    const change = feedForward([before(attended, 1), ...weights.slice(4)], options);
    return { weights: own.weights, attended, output: after(add(attended, change), 1) };
  }

  function decoderLayer([x, memory, ...weights], options) {
    const { before, after } = normsOf(options);
    const z = before(x, 0);
    const own = multiHead([z, z, ...weights.slice(0, 4)], { causal: scalar(1) });
    const attended = after(add(x, own.output), 0);
    const over = multiHead([before(attended, 1), memory, ...weights.slice(4, 8)], { mask: options.memory_mask });
    const crossed = after(add(attended, over.output), 1);
    const change = feedForward([before(crossed, 2), ...weights.slice(8)], options);
    const output = after(add(crossed, change), 2);
    return { weights: own.weights, attended, cross_weights: over.weights, crossed, output };
  }

  function sgd([w, gradient, velocity], { rate, momentum }) {
    const moved = entrywise((v, g) => one(momentum, 0) * v - one(rate) * g, velocity ?? scalar(0), gradient);
    return { w: add(w, moved), velocity: moved };
  }

  function adam([w, gradient, mean, square], { step, rate, beta1, beta2, eps }) {
    const [a, b] = [one(beta1, 0.9), one(beta2, 0.999)];
    const m = entrywise((x, g) => a * x + (1 - a) * g, mean ?? scalar(0), gradient);
    const v = entrywise((x, g) => b * x + (1 - b) * g * g, square ?? scalar(0), gradient);
    const [first, second] = [1 - a ** one(step), 1 - b ** one(step)];
    const move = (x, y) => (one(rate, 0.001) * (x / first)) / (Math.sqrt(y / second) + one(eps, 1e-8));
    return { w: entrywise((x, p, q) => x - move(p, q), w, m, v), m, v };
  }

  function embedding([tokens, table], { scaled }) {
    const width = table.shape[1];
    const times = one(scaled, 0) ? Math.sqrt(width) : 1;
    const row = (token) => table.data.slice(token * width, (token + 1) * width).map((x) => x * times);
    const isWord = (token) => Number.isInteger(token) && token >= 0 && token < table.shape[0];
    return array([...tokens.shape, width], tokens.data.flatMap((token) => (isWord(token) ? row(token) : fail("no such word"))));
  }

  const WORDS = {
    abs: each(Math.abs),
    adam,
    alibi,
    alibi_slopes: alibiSlopes,
    all: over((row) => +row.every((x) => x !== 0)),
    any: over((row) => +row.some((x) => x !== 0)),
    argmax: over((row) => best(row, largest(row))),
    argmin: over((row) => best(row, smallest(row))),
    attention,
    avg_pool2d: pool(2, mean),
    batch_norm: batchNorm,
    causal_mask: ([n, m], { align }) => mask(n, m, [null, scalar(0)], align),
    ceil: each(Math.ceil),
    conv1d: convolve(1),
    conv2d: convolve(2),
    cos: each(Math.cos),
    cosine_similarity: ([a, b]) => entrywise((x, y, z) => x / (y * z), rowDot(a, b), rowLength(a), rowLength(b)),
    cross_entropy: crossEntropy,
    cumprod: within(running((a, b) => a * b)),
    cumsum: within(running((a, b) => a + b)),
    decoder_layer: decoderLayer,
    dot: ([a, b]) => rowDot(a, b),
    embedding,
    encoder_layer: encoderLayer,
    entropy: over((row) => -sum(row.map((p) => (p === 0 ? 0 : p * Math.log(p))))),
    exp: each(Math.exp),
    eye: ([along]) => eye(along.shape[0]),
    feed_forward: feedForward,
    floor: each(Math.floor),
    gelu: each(gelu),
    grouped_attention: groupedAttention,
    gru,
    gru_cell: gruCell,
    isinf: each((x) => +(Math.abs(x) === Infinity)),
    isnan: each((x) => +Number.isNaN(x)),
    join_heads: joinHeads,
    keep_top_k: ([p], { k }) => along(p, [-1], (row) => keep(row, (place) => place < one(k))),
    keep_top_p: ([p], { share }) => along(p, [-1], (row) => keep(row, (_, before) => before < one(share))),
    kl_divergence: ([p, q]) => reduce(entrywise(divergence, p, q), [-1], sum),
    layer_norm: ([x, gain, bias], options) =>
      scaleAndShift(
        along(x, [-1], (row) => normalize(row, one(options.eps, 1e-5))),
        { gain: gain ?? options.gain, bias: bias ?? options.bias },
      ),
    linear: ([x, W, b], options) => add(product(x, W), b ?? options.b ?? scalar(0)),
    log: each(Math.log),
    log10: each(Math.log10),
    log2: each(Math.log2),
    log_softmax: within(logSoftmax),
    lstm,
    lstm_cell: lstmCell,
    max: over(largest),
    max_pool1d: pool(1, largest),
    max_pool2d: pool(2, largest),
    maximum: each((a, b) => Math.max(a, b)),
    mean: over(mean),
    min: over(smallest),
    minimum: each((a, b) => Math.min(a, b)),
    multi_head: multiHead,
    norm: over((row) => Math.sqrt(sum(row.map((x) => x * x)))),
    normalize: within((row, { eps }) => normalize(row, one(eps, 0))),
    patches,
    perplexity: ([losses]) => reduce(losses, [-1], (row) => Math.exp(mean(row))),
    pinv,
    positions,
    prod: over((row) => row.reduce((a, b) => a * b, 1)),
    receptive_field: receptiveField,
    relu: each(ACTIVATIONS.relu),
    residual: ([x, change]) => add(x, change),
    rms_norm: ([x, gain], options) =>
      scaleAndShift(
        along(x, [-1], (row) => row.map((v) => v / Math.sqrt(mean(row.map((u) => u * u)) + one(options.eps, 1e-5)))),
        { gain: gain ?? options.gain },
      ),
    rnn,
    rnn_cell: rnnCell,
    round: each(even),
    sgd,
    sigmoid: each(sigmoid),
    sign: each(Math.sign),
    silu: each(silu),
    sin: each(Math.sin),
    size: ([x]) => scalar(x.data.length),
    softmax: within((row, { temperature }) => softmax(row, one(temperature, 1))),
    sort: within((row) => [...row].sort((a, b) => a - b)),
    split_heads: splitHeads,
    sqrt: each(Math.sqrt),
    std: over((row) => Math.sqrt(variance(row))),
    sum: over(sum),
    swiglu: ([x, W, V, W2]) => product(multiply(entrywise(silu, product(x, W)), product(x, V)), W2),
    t5_bias: t5Bias,
    tan: each(Math.tan),
    tanh: each(Math.tanh),
    top_k: within(orderOf),
    var: over(variance),
    where: each((condition, a, b) => (condition ? a : b)),
    window_mask: ([n, m], { window, align }) => mask(n, m, sides(window), align),
  };

  // Noise, as `language/noise.py` removes it: an entry that changes by more than its own size where the operands change
  // by a millionth of a millionth of theirs is nothing but their rounding, and becomes 0.

  const CHANGE = 1e-12;
  const CANCELLING = new Set(["+", "-", "@", "%"]);
  const isArray = (value) => Array.isArray(value?.shape) && Array.isArray(value.data);
  const mostOf = (values) => values.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  const move = (a, place) =>
    array(a.shape, a.data.map((x, at) => {
      const share = 2 * (((at + 1) * 0.6180339887498949 + place * 0.45) % 1) - 1;
      return Number.isSafeInteger(x) ? x : x * (1 + CHANGE * share);
    }));

  /** Return an array without its noise; `moved` is what changed operands give, `most` the largest of the operands. */
  function clear(a, moved, most) {
    const by = a.data.map((x, at) => Math.abs(moved.data[at] - x));
    if (mostOf(by) > 1e-9 * Math.max(most, mostOf(a.data))) return a;
    return array(a.shape, a.data.map((x, at) => (by[at] > Math.abs(x) ? 0 : x)));
  }

  /** Return what operands give, without its noise; they are changed only where something is small beside them. */
  function clearNoise(values, give) {
    const found = give(values);
    const most = Math.max(0, ...values.filter(isArray).map((a) => mostOf(a.data)));
    const isSmall = (a) => isArray(a) && a.data.some((x) => x !== 0 && Math.abs(x) < 16 * CHANGE * most);
    if (!(isArray(found) ? isSmall(found) : Object.values(found).some(isSmall))) return found;
    const moved = give(values.map((value, place) => (isArray(value) ? move(value, place) : value)));
    if (isArray(found)) return clear(found, moved, most);
    return Object.fromEntries(Object.entries(found).map(([name, a]) => [name, isSmall(a) ? clear(a, moved[name], most) : a]));
  }

  // The interpreter. A scope holds quantities by name; `loop` the position, and what its steps gave at each.

  /** Return the positions of a range on an axis, as Python's slices have them. */
  function rangePlaces(bounds, size) {
    const step = bounds[2] ?? 1;
    const clip = (bound, low, high) => Math.min(Math.max(bound < 0 ? bound + size : bound, low), high);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const from = bounds[0] === null ? (step > 0 ? 0 : size - 1) : clip(bounds[0], low, high);
    const to = bounds[1] === null ? (step > 0 ? size : -1) : clip(bounds[1], low, high);
    const found = [];
    for (let at = from; step > 0 ? at < to : at > to; at += step) found.push(at);
    return found;
  }

  function pick(a, indices, scope) {
    const strides = stridesOf(a.shape);
    const blocks = [];
    let run = null;
    let axis = 0;
    for (const index of indices) {
      if (index === null) {
        blocks.push({ shape: [1], offsets: [0] });
        continue;
      }
      const [size, stride] = [a.shape[axis], strides[axis]];
      axis += 1;
      if (index[0] === "range") {
        const bounds = index.slice(1).map((bound) => (bound === null ? null : compute(bound, scope).data[0]));
        const places = rangePlaces(bounds, size);
        blocks.push({ shape: [places.length], offsets: places.map((at) => at * stride) });
        continue;
      }
      const own = entrywise((at) => {
        if (!(Number.isInteger(at) && at >= -size && at < size)) fail("no such position");
        return (at < 0 ? at + size : at) * stride;
      }, compute(index, scope));
      if (run && own.shape.length) {
        const both = entrywise((x, y) => x + y, array(run.shape, run.offsets), own);
        [run.shape, run.offsets] = [both.shape, both.data];
      } else {
        const block = { shape: own.shape, offsets: own.data };
        if (own.shape.length) run = block;
        blocks.push(block);
      }
    }
    for (; axis < a.shape.length; axis++) {
      blocks.push({ shape: [a.shape[axis]], offsets: range(a.shape[axis]).map((at) => at * strides[axis]) });
    }
    const found = blocks.reduce((all, block) => all.flatMap((x) => block.offsets.map((y) => x + y)), [0]);
    return array(blocks.flatMap((block) => block.shape), found.map((at) => a.data[at]));
  }

  const NODES = {
    number: ([text]) => scalar(Number(text)),
    word: ([text]) => text,
    values: ([shape, data]) => array(shape, data.map(readNumber)),
    here: (_, scope) => scalar(scope.loop.position),
    at: ([name, position], scope) => {
      const found = scope.loop.history.get(name)?.get(compute(position, scope).data[0]);
      return found ?? fail("no such step");
    },
    part: ([record, name], scope) => compute(record, scope)[name],
    op: ([operator, ...operands], scope) => {
      const values = operands.map((operand) => compute(operand, scope));
      if (operator === "not") return entrywise((x) => +(x === 0), ...values);
      if (values.length === 1) return entrywise((x) => -x, ...values);
      const combine = operator === "@" ? product : (...both) => entrywise(OPERATORS[operator], ...both);
      return CANCELLING.has(operator) ? clearNoise(values, (both) => combine(...both)) : combine(...values);
    },
    reorder: ([operand, order], scope) => reorder(compute(operand, scope), order),
    insert: ([operand, fresh], scope) => {
      const a = compute(operand, scope);
      const own = [...a.shape];
      return array(fresh.map((one) => (one ? 1 : own.shift())), a.data);
    },
    reshape: ([operand, shape], scope) => reshape(compute(operand, scope), shape),
    repeat: ([operand, shape], scope) => repeat(compute(operand, scope), shape),
    pick: ([operand, ...indices], scope) => pick(compute(operand, scope), indices, scope),
    stack: (items, scope) => {
      const values = items.map((item) => compute(item, scope));
      return values.includes(null) ? values : stack(values);
    },
    whole: ([operand], scope) =>
      entrywise((x) => (Number.isInteger(x) ? x : fail("no whole number")), compute(operand, scope)),
    call: ([word, given, options, axes], scope) => {
      const names = Object.keys(options);
      const values = [...given, ...Object.values(options)].map((value) => compute(value, scope));
      const named = (all) => Object.fromEntries(names.map((name, at) => [name, all[given.length + at]]));
      return clearNoise(values, (all) => WORDS[word](all.slice(0, given.length), named(all), axes));
    },
  };

  // Gradients, as `language/gradients.py` takes them: back from a number through all that it was computed from. What an
  // earlier position of a loop gave is taken as it is.

  const PARTIALS = {
    "+": [() => 1, () => 1],
    "-": [() => 1, () => -1],
    "*": [(_, b) => b, (a) => a],
    "/": [(_, b) => 1 / b, (a, b) => -a / (b * b)],
    "**": [(a, b) => b * power(a, b - 1), (a, b) => power(a, b) * Math.log(a)],
    cos: [(x) => -Math.sin(x)],
    exp: [Math.exp],
    log: [(x) => 1 / x],
    relu: [(x) => +(x > 0)],
    sigmoid: [(x) => sigmoid(x) * (1 - sigmoid(x))],
    sin: [Math.cos],
    sqrt: [(x) => 0.5 / Math.sqrt(x)],
    tanh: [(x) => 1 - Math.tanh(x) ** 2],
    where: [null, (condition) => +(condition !== 0), (condition) => +(condition === 0)],
  };

  const clearSum = (total, size) => (Math.abs(total) <= CHANGE * size && Number.isFinite(size) ? 0 : total);
  const hits = (best) => (above, row) => {
    const found = row.map((x) => +(x === best(row)));
    return found.map((hit) => (above[0] * hit) / sum(found));
  };

  // Of rows: from how the loss changes with what a row gives to how it changes with its entries.
  const BACK = {
    max: hits(largest),
    mean: ([above], row) => row.map(() => above / row.length),
    min: hits(smallest),
    norm: ([above], row) => row.map((x) => (above * x) / Math.sqrt(sum(row.map((y) => y * y)))),
    softmax: (above, row, { temperature }) => {
      const weights = softmax(row, one(temperature, 1));
      const centre = sum(above.map((x, at) => x * weights[at]));
      return above.map((x, at) => (weights[at] * clearSum(x - centre, Math.abs(x) + Math.abs(centre))) / one(temperature, 1));
    },
    sum: ([above], row) => row.map(() => above),
  };

  /** Return an array with the entries of another one added up at their places. */
  function scatter(places, adjoint, shape) {
    const [totals, sizes] = [Array(count(shape)).fill(0), Array(count(shape)).fill(0)];
    places.forEach((place, at) => {
      totals[place] += adjoint.data[at];
      sizes[place] += Math.abs(adjoint.data[at]);
    });
    return array(shape, totals.map((total, at) => clearSum(total, sizes[at])));
  }

  const numbered = (shape) => array(shape, range(count(shape)));
  const sumTo = (adjoint, shape) =>
    same(adjoint.shape, shape) ? adjoint : scatter(repeat(numbered(shape), adjoint.shape).data, adjoint, shape);
  const cleanProduct = (a, b) => {
    const sizes = product(entrywise(Math.abs, a), entrywise(Math.abs, b));
    return entrywise(clearSum, product(a, b), sizes);
  };

  class Backward {
    constructor(wanted, scope) {
      Object.assign(this, { wanted, text: JSON.stringify(wanted), scope: { ...scope, memo: new Map() } });
      this.steps = new Map([...scope.steps, ...(scope.loop?.steps ?? [])]);
      this.adjoints = new Map();
      this.known = new Map();
      const { shape } = compute(wanted, this.scope);
      this.found = array(shape, Array(count(shape)).fill(0));
    }

    isWanted(tree) {
      return typeof tree === typeof this.wanted && JSON.stringify(tree) === this.text;
    }

    /** Return the name of the step that a tree stands for at this position, "" for anything else. */
    nameOf(tree) {
      const name = Array.isArray(tree) && tree[0] === "at" && tree[2]?.[0] === "here" ? tree[1] : tree;
      return typeof name === "string" && this.steps.has(name) ? name : "";
    }

    /** Return the parts of a tree that it changes smoothly with. */
    partsOf(tree) {
      if (!Array.isArray(tree)) return [];
      const [kind, ...own] = tree;
      if (kind === "op") return own[0] in PARTIALS || own[0] === "@" ? own.slice(1) : [];
      if (kind === "call") return own[0] in PARTIALS || own[0] in BACK ? own[1] : [];
      if (kind === "stack") return own;
      return ["pick", "reorder", "insert", "reshape", "repeat"].includes(kind) ? own.slice(0, 1) : [];
    }

    depends(tree) {
      if (this.isWanted(tree)) return true;
      const name = this.nameOf(tree);
      const key = name || tree;
      if (!this.known.has(key)) {
        this.known.set(key, false);
        this.known.set(key, name ? this.depends(this.steps.get(name)) : this.partsOf(tree).some((part) => this.depends(part)));
      }
      return this.known.get(key);
    }

    run(target) {
      this.push(target, scalar(1));
      for (const [name, tree] of [...this.steps].reverse()) {
        if (this.adjoints.has(name)) this.push(tree, this.adjoints.get(name));
      }
      return this.found;
    }

    add(before, adjoint) {
      return before ? entrywise((a, b) => clearSum(a + b, Math.abs(a) + Math.abs(b)), before, adjoint) : adjoint;
    }

    push(tree, adjoint) {
      if (!this.depends(tree)) return;
      const name = this.nameOf(tree);
      if (this.isWanted(tree)) this.found = this.add(this.found, adjoint);
      else if (name) this.adjoints.set(name, this.add(this.adjoints.get(name), adjoint));
      else this.pushParts(tree, adjoint);
    }

    pushParts(tree, adjoint) {
      const [kind, first, ...rest] = tree;
      const shapeOf = (part) => compute(part, this.scope).shape;
      if (kind === "op") return this.pushOperation(first, rest, adjoint);
      if (kind === "call") return first in BACK ? this.pushRows(first, rest, adjoint) : this.pushEntries(first, rest[0], adjoint);
      if (kind === "stack") return [first, ...rest].forEach((part, at) => this.push(part, item(adjoint, at)));
      if (kind === "reorder") return this.push(first, reorder(adjoint, range(rest[0].length).map((axis) => rest[0].indexOf(axis))));
      if (kind === "repeat") return this.push(first, sumTo(adjoint, shapeOf(first)));
      if (kind === "pick") {
        const places = pick(numbered(shapeOf(first)), rest, this.scope).data;
        return this.push(first, scatter(places, adjoint, shapeOf(first)));
      }
      return this.push(first, array(shapeOf(first), adjoint.data));
    }

    pushOperation(operator, operands, adjoint) {
      if (operator === "@") return this.pushProduct(operands, adjoint);
      if (operands.length === 1) return this.push(operands[0], entrywise((x) => -x, adjoint));
      return this.pushEntries(operator, operands, adjoint);
    }

    pushEntries(name, operands, adjoint) {
      const values = operands.map((operand) => compute(operand, this.scope));
      operands.forEach((operand, at) => {
        const partial = PARTIALS[name][at];
        if (!partial || !this.depends(operand)) return;
        const by = entrywise(partial, ...values);
        this.push(operand, sumTo(entrywise((a, b) => (a === 0 ? 0 : a * b), adjoint, by), values[at].shape));
      });
    }

    pushProduct(operands, adjoint) {
      const [a, b] = operands.map((operand) => compute(operand, this.scope));
      const left = a.shape.length === 1 ? reshape(a, [1, -1]) : a;
      const right = b.shape.length === 1 ? reshape(b, [-1, 1]) : b;
      const batch = joint([left.shape.slice(0, -2), right.shape.slice(0, -2)]);
      const around = reshape(adjoint, [...batch, left.shape[left.shape.length - 2], right.shape[right.shape.length - 1]]);
      const give = (operand, value, whole, found) =>
        this.depends(operand) && this.push(operand, array(value.shape, sumTo(found(), whole.shape).data));
      give(operands[0], a, left, () => cleanProduct(around, swap(right)));
      give(operands[1], b, right, () => cleanProduct(swap(left), around));
    }

    pushRows(word, [[operand], options, axes], adjoint) {
      const value = compute(operand, this.scope);
      const keeps = word === "softmax";
      const own = keeps ? (axes ?? [-1]) : axes;
      const { found, turned, order } = rows(value, own, (row) => row);
      const above = keeps ? rows(adjoint, own, (row) => row).found : adjoint.data.map((x) => [x]);
      const named = Object.fromEntries(Object.entries(options).map(([name, tree]) => [name, compute(tree, this.scope)]));
      const data = found.flatMap((row, at) => BACK[word](above[at], row, named));
      this.push(operand, reorder(array(turned.shape, data), range(order.length).map((axis) => order.indexOf(axis))));
    }
  }

  NODES.gradient = ([target, wanted], scope) => new Backward(wanted, scope).run(target);

  const readNumber = (value) => (Array.isArray(value) ? Number(value[1]) : value);

  function compute(tree, scope) {
    if (tree === null) return null;
    if (typeof tree === "number") return scalar(tree);
    if (typeof tree === "string") return scope.names.get(tree);
    if (scope.memo?.has(tree)) return scope.memo.get(tree);
    const value = NODES[tree[0]](tree.slice(1), scope);
    scope.memo?.set(tree, value);
    return value;
  }

  /** Return what the steps of a loop gave, stacked; of several results each. */
  function collect(values) {
    if (isArray(values[0])) return stack(values);
    return Object.fromEntries(Object.keys(values[0]).map((key) => [key, stack(values.map((value) => value[key]))]));
  }

  const STATEMENTS = {
    array: ([name, shape, data], scope) => scope.names.set(name, array(shape, data.map(readNumber))),
    given: ([name, shape, data], scope, changes) => {
      const values = data.map(readNumber);
      for (const [at, value] of Object.entries(changes[name] ?? {})) values[at] = value;
      scope.names.set(name, array(shape, values));
    },
    step: ([name, tree], scope) => {
      scope.names.set(name, compute(tree, scope));
      scope.steps.set(name, tree);
    },
    loop: ([size, before, steps], scope) => {
      const history = new Map(steps.map((step) => [step[1], new Map()]));
      for (const [name, result, position, tree] of before) {
        const value = compute(tree, scope);
        const places = history.get(name);
        places.set(position, result ? { ...places.get(position), [result]: value } : value);
      }
      for (let position = 0; position < size; position++) {
        const loop = { position, history, steps: new Map() };
        for (const [, name, tree] of steps) {
          history.get(name).set(position, compute(tree, { ...scope, loop }));
          loop.steps.set(name, tree);
        }
      }
      for (const [, name] of steps) scope.names.set(name, collect(range(size).map((at) => history.get(name).get(at))));
    },
  };

  /** Return what is shown of an example, with some of its given numbers changed: {name: {position: number}}. */
  function run(statements, shown, changes = {}) {
    const scope = { names: new Map(), steps: new Map(), loop: null };
    for (const [kind, ...rest] of statements) STATEMENTS[kind](rest, scope, changes);
    return shown.map((tree) => compute(tree, scope));
  }

  // Numbers as people read them: decimals as {digits, exponent}, rounded to even halves as Python's are.

  const SIGNIFICANT = 12;
  const LONGEST_WHOLE = 10;
  const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  const leading = (d) => `${d.digits}`.length - 1 + d.exponent;

  /** Return a decimal of `exponent`, rounded if it has more places. */
  function toExponent(d, exponent) {
    if (d.exponent >= exponent) return { digits: d.digits * 10n ** BigInt(d.exponent - exponent), exponent };
    const unit = 10n ** BigInt(exponent - d.exponent);
    const [whole, rest] = [d.digits / unit, d.digits % unit];
    const up = rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n);
    return { digits: whole + (up ? 1n : 0n), exponent };
  }

  /** Return a positive number to so many significant digits. */
  function decimal(value, digits) {
    const [mantissa, exponent] = value.toExponential(60).split("e");
    const exact = { digits: BigInt(mantissa.replace(".", "")), exponent: Number(exponent) - 60 };
    return significant(exact, digits);
  }

  function significant(d, digits) {
    const shown = toExponent(d, leading(d) - digits + 1);
    return toExponent(d, leading(shown) - digits + 1);
  }

  const equal = (a, b) => {
    const low = Math.min(a.exponent, b.exponent);
    return toExponent(a, low).digits === toExponent(b, low).digits;
  };

  function textOf(d) {
    if (d.exponent >= 0) return `${d.digits * 10n ** BigInt(d.exponent)}`;
    const text = `${d.digits}`.padStart(1 - d.exponent, "0");
    return `${text.slice(0, d.exponent)}.${text.slice(d.exponent)}`;
  }

  const short = (d) => {
    const text = textOf(d);
    return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  };

  /** Return the digits of a number and its power of ten. */
  function parts(value, digits) {
    if (Number.isNaN(value)) return ["NaN", 0];
    const sign = value < 0 ? "-" : "";
    if (Math.abs(value) === Infinity) return [`${sign}∞`, 0];
    if (value === 0) return ["0", 0];
    const exact = decimal(Math.abs(value), SIGNIFICANT);
    const close = Math.abs(Math.abs(value) - Number(textOf(exact))) <= Math.max(1e-6, 1e-12 * Math.abs(value));
    if (close && equal(toExponent(exact, 0), exact) && leading(exact) < LONGEST_WHOLE) return [sign + short(exact), 0];
    const shown = significant(exact, digits);
    const size = leading(shown);
    if (size > -5 && size < 7) {
      if (equal(shown, exact)) return [sign + short(shown), 0];
      return [sign + textOf(toExponent(exact, -Math.max(digits - 1 - size, 1))), 0];
    }
    const scaled = { digits: shown.digits, exponent: shown.exponent - size };
    return [sign + (equal(shown, exact) ? short(scaled) : textOf(scaled)), size];
  }

  /** Return a number to so many decimals, "" where these would not show it. */
  function toDecimals(value, places) {
    if (places === null || Math.abs(value) >= 1e15) return "";
    if (value === 0) return textOf({ digits: 0n, exponent: -places });
    const shown = toExponent(decimal(Math.abs(value), 15), -places);
    return shown.digits ? (value < 0 ? "-" : "") + textOf(shown) : "";
  }

  const CURRENCIES = ["$", "¥", "￥", "€", "£", "₩", "₹", "US$", "HK$"];
  const withCommas = (text) => text.replace(/^(-?)(\d+)/, (_, sign, whole) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ","));

  /**
   * Return a number's digits, power of ten, and what stands around them: `leads` says that the unit is a currency, which
   * stands before. The format is [digits, percent, thousands, unit] or null for none.
   */
  function round(value, format = null, digits = 5) {
    const [places, percent, thousands, unit] = format && Number.isFinite(value) ? format : [null, false, false, ""];
    const shares = percent ? value * 100 : value;
    const fixed = toDecimals(shares, places);
    const [text, exponent] = fixed ? [fixed, 0] : parts(shares, digits);
    const grouped = thousands && !exponent && /\d$/.test(text) ? withCommas(text) : text;
    return { text: grouped, exponent, percent, unit, leads: CURRENCIES.includes(unit) };
  }

  /** Return a number as people read it. */
  function print(value, format = null, digits = 5) {
    const { text, exponent, percent, unit, leads } = round(value, format, digits);
    const power = exponent ? `×10${`${exponent}`.replace(/[-\d]/g, (one) => SUPERSCRIPTS[one])}` : "";
    const whole = text.replace("-", "−") + power + (percent ? "%" : "");
    if (!unit) return whole;
    return leads ? unit + whole : `${whole} ${unit}`;
  }

  /** Return what a word makes of numbers; of each entry one where it works entry by entry, of a list where it does not. */
  const apply = (word, ...numbers) => WORDS[word](numbers, {}, null).data[0];

  /** Return a number to at most so many decimals, as cells of a figure need it. */
  function fixed(value, places) {
    if (!(Math.abs(value) < 1e7)) return print(value, null, 3);
    if (value === 0) return "0";
    const exact = decimal(Math.abs(value), SIGNIFICANT);
    const shown = toExponent(exact, -places);
    if (!shown.digits) return "≈0";
    return (value < 0 ? "−" : "") + (equal(shown, exact) ? short(shown) : textOf(shown));
  }

  const shared = { run, print, round, fixed, apply, readNumber, words: Object.keys(WORDS) };
  globalThis.zhixing = { ...globalThis.zhixing, ...shared };
})();
