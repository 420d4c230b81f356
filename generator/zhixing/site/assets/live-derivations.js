// Derivations that follow: what `show/plan_data.py` writes, worked out with a reader's numbers as `show/plan.py` does it.
// A term is the LaTeX of a piece beside the value of its printed numbers; LaTeX becomes MathML where it is shown.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  // `arrays.js` may come later, where it had to be fetched again.
  const [round, apply] = ["round", "apply"].map((name) => (...given) => globalThis.zhixing[name](...given));
  const array = (shape, data) => ({ shape, data });
  const scalar = (value) => array([], [value]);

  // Pieces: LaTeX that knows how tightly it holds together, as in `language/latex_tree.py`.

  const [COMPARE, SUM, BIG, LOOSE, TIGHT, APPLIED, BASE] = [4, 5, 6, 7, 8, 9, 10];
  const LONGEST = 8;

  const piece = (text, level, rest = {}) => ({ text, level, negative: false, ...rest });
  const bracket = ({ text }) => piece(`\\left(${text}\\right)`, BASE);
  const atLeast = (one, level) => (one.level >= level ? one : bracket(one));
  const behind = (one, level) => (one.negative ? bracket(one) : atLeast(one, level));
  const digitsPiece = (text, scaled = false) =>
    piece(text, scaled ? LOOSE : BASE, { negative: text.startsWith("-"), bare: !scaled && !text.startsWith("-") });
  const chain = (parts, signs, level) =>
    piece(parts.map(({ text }, at) => (at ? ` ${signs[at - 1]} ${text}` : text)).join(""), level, {
      negative: parts[0].negative,
      chain: true,
    });
  const sumOf = (parts, sign = "+") =>
    chain([atLeast(parts[0], SUM), ...parts.slice(1).map((part) => behind(part, BIG))], parts.map(() => sign), SUM);
  const fraction = (above, below) => piece(`\\frac{${above.text}}{${below.text}}`, APPLIED);
  const enclose = (opening, { text }, closing, level = BASE) => piece(opening + text + closing, level);
  const call = (operator, parts) => piece(`${operator}\\!\\left(${parts.map(({ text }) => text).join(", ")}\\right)`, APPLIED);
  const shorten = (parts) =>
    parts.length > LONGEST ? [...parts.slice(0, 3), piece("\\dots", BASE), parts[parts.length - 1]] : parts;

  function raise(base, power) {
    const own = base.level === BASE && !base.scripted ? base : bracket(base);
    return piece(`${own.text}^{${power.text}}`, BASE, { scripted: true, negative: own.negative });
  }

  function negate(one) {
    const inner = behind(one, one.chain ? LOOSE : BIG);
    return piece(`-${inner.text}`, Math.min(inner.level, TIGHT), { negative: true });
  }

  // Terms, as in `show/terms.py`. `limit` says that a value is only what float64 rounds to.

  const term = (own, value, limit = false) => ({ piece: own, value, limit, plain: false });

  const isNumber = (text) => /\d$/.test(text);
  function printedValue({ text, exponent, percent }) {
    if (!isNumber(text)) return Number(text.replace("∞", "Infinity"));
    return Number(`${text.replaceAll(",", "")}e${exponent - (percent ? 2 : 0)}`);
  }

  function latexOf({ text, exponent, percent, unit, leads }, unitText = unit) {
    const number = text.replaceAll(",", "{,}").replace("∞", "\\infty").replace("NaN", "\\mathrm{NaN}");
    const whole = number + (exponent ? `\\times 10^{${exponent}}` : "") + (percent ? "\\%" : "");
    if (!unit) return whole;
    return leads ? unitText + whole : `${whole}\\,${unitText}`;
  }

  function numberTerm(value, digits, format = null) {
    const printed = round(value, format, digits);
    const power = printed.exponent && printed.text === "1";
    const own = power
      ? raise(digitsPiece("10"), digitsPiece(`${printed.exponent}`))
      : digitsPiece(latexOf(printed), Boolean(printed.exponent));
    return { ...term(own, printedValue(printed)), plain: true };
  }

  const overflows = (value, parts) =>
    !Number.isFinite(value) && parts.some((part) => part.limit && !Number.isFinite(part.value));
  const vanishes = (value, ...parts) => (value === 0 && parts.some((part) => part.limit)) || overflows(value, parts);
  const underflows = (value, ...parts) =>
    (value === 0 && parts.every((part) => part.value || part.limit)) || overflows(value, parts);

  const exponential = (one) => {
    const value = Math.exp(one.value);
    return term(raise(piece("e", BASE), one.piece), value, (value === 0 || value === Infinity) && Number.isFinite(one.value));
  };

  function total(parts) {
    const value = parts.reduce((sum, part) => sum + part.value, 0);
    if (parts.length < 2) return term(parts[0]?.piece ?? digitsPiece("0"), value);
    return term(sumOf(shorten(parts.map((part) => part.piece))), value, vanishes(value, ...parts));
  }

  function divide(a, b) {
    const value = a.value / b.value;
    const limit = (Number.isFinite(b.value) && underflows(value, a)) || overflows(value, [a, b]);
    return term(fraction(a.piece, b.piece), value, limit);
  }

  function minus(one) {
    return one.plain ? numberTerm(-one.value, 10) : term(negate(one.piece), -one.value, one.limit);
  }

  const bareCall = (operator, own) => piece(`${operator} ${own.text}`, BIG);

  function entropy(parts) {
    const shares = parts.filter(({ value }) => value > 0);
    const terms = shares.map(({ piece: own, value }) => {
      const log = own.bare ? bareCall("\\ln", own) : call("\\ln", [own]);
      return term(piece(`${own.text} ${log.text}`, TIGHT, { negative: own.negative }), value * Math.log(value));
    });
    return minus(total(terms));
  }

  const COMBINE = {
    "+": (a, b) => term(sumOf([a.piece, b.piece]), a.value + b.value, vanishes(a.value + b.value, a, b)),
    "-": (a, b) => term(sumOf([a.piece, b.piece], "-"), a.value - b.value, vanishes(a.value - b.value, a, b)),
    "*": (a, b) => {
      const [x, y] = [behind(a.piece, LOOSE), behind(b.piece, APPLIED)];
      const value = a.value * b.value;
      return term(piece(`${x.text} \\cdot ${y.text}`, LOOSE), value, underflows(value, a, b));
    },
    "/": divide,
    "//": (a, b) => {
      const quotient = divide(a, b);
      return term(enclose("\\left\\lfloor ", quotient.piece, " \\right\\rfloor"), Math.floor(quotient.value));
    },
    "%": (a, b) => {
      const rest = chain([behind(a.piece, LOOSE), behind(b.piece, APPLIED)], ["\\bmod"], BIG);
      return term(rest, a.value - b.value * Math.floor(a.value / b.value));
    },
    "**": (a, b) => {
      const value = a.value ** b.value;
      const base = a.piece.negative ? bracket(a.piece) : a.piece;
      return term(raise(base, b.piece), value, Number.isFinite(b.value) && underflows(value, a));
    },
    negate: minus,
    root: (one) => term(enclose("\\sqrt{", one.piece, "}"), one.value >= 0 ? Math.sqrt(one.value) : NaN),
    exp: exponential,
    sum: (...parts) => total(parts),
    product: (...parts) => {
      const value = parts.reduce((product, part) => product * part.value, 1);
      const [first, ...rest] = parts.map((part) => part.piece);
      const own = shorten([atLeast(first, LOOSE), ...rest.map((part) => behind(part, APPLIED))]);
      const whole = rest.length ? chain(own, own.map(() => "\\cdot"), LOOSE) : first;
      return term(whole, value, underflows(value, ...parts));
    },
    entropy: (...parts) => entropy(parts),
  };

  // What needs more than its parts: the word and the LaTeX of its marks, or which part is meant.
  const APPLY = {
    share: (own, ...parts) => {
      const top = parts.reduce((most, { value }) => Math.max(most, value), -Infinity);
      const powers = parts.map(({ value }) => Math.exp(value - top));
      const value = powers[own] / powers.reduce((a, b) => a + b, 0);
      const finite = parts.filter((part) => Number.isFinite(part.value));
      const limit = Number.isFinite(parts[own].value) && finite.length > 1 && (value === 0 || value === 1);
      return term(fraction(exponential(parts[own]).piece, total(parts.map(exponential)).piece), value, limit);
    },
    compare: ({ marks }, worth, ...sides) => {
      const own = chain(sides.map((side) => atLeast(side.piece, SUM)), marks, COMPARE);
      return term(enclose("\\mathbf{1}\\!\\left[", own, "\\right]", APPLIED), worth.value);
    },
    apply: ({ word, marks }, ...parts) => {
      const value = apply(word, ...parts.map((part) => scalar(part.value)));
      return term(call(marks[0], parts.map((part) => part.piece)), value);
    },
    bare: (told, one) =>
      one.piece.bare
        ? term(bareCall(told.marks[0], one.piece), apply(told.word, scalar(one.value)))
        : APPLY.apply(told, one),
    fences: ({ word, marks }, one) => term(enclose(marks[0], one.piece, marks[1]), apply(word, scalar(one.value))),
    list: ({ word, marks }, ...parts) => {
      const values = array([parts.length], parts.map((part) => part.value));
      return term(call(marks[0], shorten(parts.map((part) => part.piece))), apply(word, values));
    },
  };

  /** Return a plan with numbers, printed to so many digits; `leaves` are the values of the expressions it names. */
  function workOut(plan, leaves, digits) {
    const [kind, ...own] = plan;
    const valueOf = ([, leaf, at]) => leaves[leaf].data[at];
    if (kind === "entry") return numberTerm(valueOf(plan), digits, digits === DIGITS[0] ? own[2] : null);
    if (kind === "constant") return numberTerm(own[0], digits);
    if (kind === "literal") return { ...term({ ...digitsPiece(own[0]), ...own[2] }, own[1]), plain: true };
    if (kind === "statistic") {
      const values = own[1].map(valueOf);
      return numberTerm(apply(own[0], array([values.length], values)), digits);
    }
    const [told, ...parts] = own;
    if (kind === "branch") return workOut(valueOf(parts[0]) !== 0 ? parts[1] : parts[2], leaves, digits);
    const terms = parts.map((part) => workOut(part, leaves, digits));
    if (kind === "number") return numberTerm(terms[0].value, digits);
    return kind in COMBINE ? COMBINE[kind](...terms) : APPLY[kind](told, ...terms);
  }

  // Lines, as in `show/derivation.py`.

  const DIGITS = [5, 8, 10];
  const [NEAR, SLACK] = [5, 1e-3];

  function halfUnit({ text, exponent, percent }) {
    const decimals = /\.(\d+)/.exec(text)?.[1].length ?? 0;
    return decimals ? 0.5 * 10 ** (exponent - (percent ? 2 : 0) - decimals) : 0;
  }

  function agrees(left, value, { units = 0.5, slack = 1e-9, format = null } = {}) {
    const printed = round(value, format);
    const right = printedValue(printed);
    if (!Number.isFinite(right) || !Number.isFinite(left)) return Object.is(left, right);
    if (!right) return Math.abs(left) <= 1e-12;
    const most = Math.max(Math.abs(left), Math.abs(right));
    return Math.abs(left - right) <= 2 * units * halfUnit(printed) + slack * most;
  }

  function isPrinted(value, format) {
    const printed = round(value, format);
    if (halfUnit(printed) > 0 || !Number.isFinite(value)) return true;
    const own = printedValue(printed);
    return Math.abs(value - own) <= 2e-14 * Math.max(Math.abs(value), Math.abs(own));
  }

  function findBest({ plan, labels }, leaves, value) {
    const tried = [];
    for (const digits of DIGITS) {
      const one = workOut(plan, leaves, digits);
      if (one.plain || labels || agrees(one.value, value, { units: NEAR })) return one;
      tried.push(one);
    }
    return tried.find((one) => agrees(one.value, value, { slack: SLACK })) ?? null;
  }

  /** Return the right side of a line as LaTeX: what stands before its last sign ("" for nothing), that sign, the result. */
  function derive(line, leaves, value) {
    const { format, labels, unit } = line;
    const result = labels?.[value] ?? latexOf(round(value, format), unit);
    const best = findBest(line, leaves, value);
    if (!best || best.plain || (best.limit && Number.isNaN(value))) return { made: "", sign: "=", result };
    const stands = agrees(best.value, value, { format }) && !best.limit && isPrinted(value, format);
    return { made: best.piece.text, sign: labels || stands ? "=" : "\\approx", result };
  }

  // LaTeX as MathML: only what stands on the right side of a derivation.

  const MATHML = "http://www.w3.org/1998/Math/MathML";
  const SIGNS = { cdot: "⋅", times: "×", approx: "≈", le: "≤", ge: "≥", ne: "≠", lt: "<", gt: ">", dots: "⋯" };
  const FENCES = { lfloor: "⌊", rfloor: "⌋", lceil: "⌈", rceil: "⌉", lvert: "|", rvert: "|", lVert: "‖", rVert: "‖" };
  const LETTERS = { infty: "∞", pi: "π", sigma: "σ", Phi: "Φ" };
  const SPACES = { ",": "0.1667em", " ": "0.25em" };
  const TOKEN = /\\[A-Za-z]+|\\.|[{}^_]|\d+(?:\.\d+)?|\s+|[^]/gu;
  const INFIX = /^[-−+=≈⋅×<>≤≥≠,]$/;

  function element(tag, text = "", attributes = {}, ...children) {
    const made = document.createElementNS(MATHML, tag);
    made.textContent = text;
    made.append(...children);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  const rowOf = (nodes) => (nodes.length === 1 ? nodes[0] : element("mrow", "", {}, ...nodes));

  class Reader {
    constructor(latex) {
      this.tokens = latex.match(TOKEN) ?? [];
      this.at = 0;
    }

    next() {
      return this.tokens[this.at++];
    }

    /** Return the text of a group that holds only text. */
    text() {
      let found = "";
      this.next();
      for (let token = this.next(); token !== "}" && token !== undefined; token = this.next()) {
        found += /^\\[, ]/.test(token) ? " " : token.replace(/^\\(?=\W)/, "");
      }
      return found;
    }

    group() {
      if (this.tokens[this.at] !== "{") return this.atom([], this.next());
      this.next();
      return this.until("}");
    }

    until(end) {
      const nodes = [];
      for (let token = this.next(); token !== undefined && token !== end; token = this.next()) {
        nodes.push(...this.atom(nodes, token));
      }
      return nodes;
    }

    fenced() {
      const fence = () => {
        const token = this.next();
        return element("mo", FENCES[token.slice(1)] ?? token);
      };
      const opening = fence();
      const inside = this.until("\\right");
      return element("mrow", "", {}, opening, ...inside, fence());
    }

    script(nodes, tag) {
      return element(tag, "", {}, nodes.pop() ?? element("mrow"), rowOf(this.group()));
    }

    /** Return an operator's name; what follows it at once in brackets is what it is applied to. */
    name(text) {
      const applied = this.tokens[this.at] === "\\!" || /^\s+$/.test(this.tokens[this.at] ?? "");
      return [element("mi", text), ...(applied ? [element("mo", "\u2061")] : [])];
    }

    atom(nodes, token) {
      if (/^\d/.test(token)) return [element("mn", token)];
      if (token === "{") return this.until("}");
      if (token === "^") return [this.script(nodes, "msup")];
      if (token === "_") return [this.script(nodes, "msub")];
      if (token[0] === "\\") return this.command(token.slice(1));
      if (/^\s+$/.test(token)) return [];
      if (token === "-") {
        const before = nodes[nodes.length - 1];
        const sign = !before || (before.localName === "mo" && INFIX.test(before.textContent));
        return [element("mo", "−", sign ? { lspace: "0", rspace: "0" } : {})];
      }
      return [element(/[\p{L}$¥￥€£₩₹]/u.test(token) ? "mi" : "mo", token)];
    }

    command(name) {
      if (name in SIGNS) return [element("mo", SIGNS[name])];
      if (name === "frac") return [element("mfrac", "", {}, rowOf(this.group()), rowOf(this.group()))];
      if (name === "sqrt") return [element("msqrt", "", {}, ...this.group())];
      if (name === "left") return [this.fenced()];
      if (name === "text") return [element("mtext", this.text())];
      if (name === "mathbf") return [element("mi", this.text().replace("1", "𝟏"))];
      if (name === "bmod") return [element("mo", "mod")];
      if (name === "mathrm") return [element("mi", this.text())];
      if (name === "operatorname") return this.name(this.text());
      if (name === "!") return [];
      if (name in SPACES) return [element("mspace", "", { width: SPACES[name] })];
      if (name in LETTERS) return [element("mi", LETTERS[name])];
      return /^[A-Za-z]/.test(name) ? this.name(name) : [element("mi", name)];
    }
  }

  const nodesOf = (latex) => new Reader(latex).until();

  // On the page.

  const isEqual = (node) => node.localName === "mo" && node.textContent === "=";

  /**
   * Return each line of a formula: its element, the nodes up to its first sign, and those on its right side. A formula
   * that stands as its source has none. Only the formula's own table has its lines, not one of cases within it.
   */
  function readSides(formula) {
    const math = formula.querySelector("math");
    const lines = math?.firstElementChild.localName === "mtable" ? [...math.firstElementChild.children] : null;
    const places = lines ? lines.map((line) => line.children[1]) : math ? [math] : [];
    return places.flatMap((place) => {
      const nodes = [...place.childNodes];
      const start = nodes.findIndex(isEqual) + 1;
      return start ? [{ place, left: nodes.slice(0, start), right: nodes.slice(start) }] : [];
    });
  }

  /** Return the nodes of a line that has changed; what stands for it in general stays. */
  function nodesFor({ right }, { made, sign, result }, plain) {
    const general = plain ? right.slice(0, right.findLastIndex(isEqual) + 1).map((node) => node.cloneNode(true)) : [];
    return made ? nodesOf(`${made} ${sign} ${result}`) : [...general, ...nodesOf(result)];
  }

  /** Mark the numbers that are others than before; all that are new where there are more or fewer of them. */
  function markChanges(nodes, before) {
    const numbersIn = (list) => list.flatMap((node) => (node.localName === "mn" ? [node] : [...node.querySelectorAll("mn")]));
    const [now, was] = [numbersIn(nodes), numbersIn(before)];
    now.forEach((one, at) => {
      one.classList.toggle("zx-live-new", now.length !== was.length || one.textContent !== was[at].textContent);
    });
  }

  function openDerivation(example, formula, { result, lines }) {
    const sides = readSides(formula);
    if (sides.length !== lines.length) return null;
    const was = live.make("p", { className: "zx-live-was", hidden: true });
    formula.after(was);
    formula.classList.add("zx-live-follows");
    const derived = (values) =>
      lines.map((line, at) => derive(line, values.slice(example.data.shown.length), values[result].data[at]));
    const textOf = (list) => JSON.stringify(list);
    const rest = derived(example.values);
    const before = rest.map((one, at) => example.print([result, at], example.values)).join(live.words.comma);
    was.textContent = live.wasText(before);
    return (values) => {
      formula.classList.toggle("zx-live-follows", values !== null);
      const now = values ? derived(values) : rest;
      sides.forEach((side, at) => {
        const nodes = textOf(now[at]) === textOf(rest[at]) ? side.right : nodesFor(side, now[at], !rest[at].made);
        if (nodes !== side.right) markChanges(nodes, side.right);
        side.place.replaceChildren(...side.left, ...nodes);
      });
      was.hidden = textOf(now) === textOf(rest);
    };
  }

  Object.assign(globalThis.zhixing, { derive, nodesOf });

  // Below a derivation without such data stands what it would come to now; it stays pale. Formulas have no numbers.

  function openResult(example, formula, index) {
    const element = live.make("p", { className: "zx-live-now", hidden: true });
    formula.after(element);
    const [name] = example.data.shown[index];
    const before = example.texts(index, example.values).join(live.words.comma);
    return (values) => {
      const now = values ? example.texts(index, values).join(live.words.comma) : "–";
      element.hidden = before === now;
      element.replaceChildren(`${name} = ${now}`, live.make("small", { textContent: ` ${live.wasText(before)}` }));
    };
  }

  live.parts.push((example) => {
    const formulas = [...example.root.querySelectorAll(":scope > .formula")];
    const found = [];
    for (const block of example.data.blocks) {
      if (!("derivation" in block || "formula" in block)) continue;
      const formula = formulas.shift();
      if (formula && block.formula) formula.classList.add("zx-live-follows");
      else if (formula && block.derivation) {
        const { result, lines, short } = block.derivation;
        const show = (lines && openDerivation(example, formula, block.derivation)) || (short && openResult(example, formula, result));
        if (show) found.push({ show });
      }
    }
    return found;
  });
})();
