// Exercises: other numbers in the manner of those that a variation changes, and a reader's answer held against the
// computed one.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  const { words, make, button, tell } = live;
  const TRIES = 40;

  // New numbers.

  /** Return how many decimals a number is written with, one for those that have many. */
  function decimalsOf(value) {
    const found = [0, 1, 2, 3].find((places) => Math.abs(value * 10 ** places - Math.round(value * 10 ** places)) < 1e-9);
    return found ?? 1;
  }

  const between = (low, high) => low + Math.floor(Math.random() * (high - low + 1));

  /** Return a number like those given: of the same decimals and sign, near them; a share stays between 0 and 1. */
  function drawNumber(values) {
    const unit = 10 ** Math.max(...values.map(decimalsOf));
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const room = Math.max(3, Math.ceil(Math.max(Math.abs(least), Math.abs(most)) * unit * 0.5));
    let [low, high] = [Math.round(least * unit) - room, Math.round(most * unit) + room];
    if (least >= 0) low = Math.max(low, least > 0 ? 1 : 0);
    if (most <= 0) high = Math.min(high, most < 0 ? -1 : 0);
    if (unit > 1 && least >= 0 && most <= 1) high = Math.min(high, most < 1 ? unit - 1 : unit);
    return between(low, high) / unit;
  }

  /** Return shares of a whole, none of them 0, in tenths or, of many, in finer parts. */
  function drawShares(size) {
    const unit = size < 8 ? 10 : 100;
    const cuts = new Set();
    while (cuts.size < size - 1) cuts.add(between(1, unit - 1));
    const ends = [0, ...[...cuts].sort((a, b) => a - b), unit];
    return ends.slice(1).map((end, at) => (end - ends[at]) / unit);
  }

  /** Return other values for some entries of a quantity; what is infinite stays. */
  function drawEntries(values, before, places) {
    const own = places.map((at) => values[at]);
    if (values.every((value) => value === 0 || value === 1)) return own.map(() => between(0, 1));
    const shares = own.length > 1 && own.every((value) => value >= 0) && Math.abs(own.reduce((a, b) => a + b, 0) - 1) < 1e-9;
    if (shares) return drawShares(own.length);
    return own.map((value, at) => {
      const like = [value, before[at]].filter(Number.isFinite);
      return Number.isFinite(value) ? drawNumber(like) : value;
    });
  }

  // Answers.

  /** Return the number that somebody typed: a decimal, a share in percent, or a fraction; NaN for anything else. */
  function readAnswer(text) {
    const plain = text.normalize("NFKC").replace(/[−–]/g, "-").replace(/[,\s]/g, "");
    const found = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?:\/(\d+\.?\d*|\.\d+))?(%?)$/i.exec(plain);
    return found ? Number(found[1]) / Number(found[2] ?? 1) / (found[3] ? 100 : 1) : NaN;
  }

  /** Return to how many decimals an answer is asked for: as the note prints it, or enough for three digits. */
  function placesFor(number, value) {
    const whole = Math.abs(value - Math.round(value)) < 1e-9;
    if (number.dataset.digits !== undefined && Math.abs(value) >= 10 ** -number.dataset.digits) return Number(number.dataset.digits);
    return whole || !value ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  }

  class Exercise {
    constructor({ root, bar, status, data }) {
      const { readNumber } = globalThis.zhixing;
      const read = ({ of: [text, name], values, before, places }) => ({
        ...{ text, name, places },
        ...{ values: values.map(readNumber), before: before.map(readNumber) },
      });
      Object.assign(this, { root, bar, status, data, draws: data.draws.map(read) });
      const given = data.statements.filter(([kind]) => kind !== "step" && kind !== "loop").map(([, name]) => name);
      const isComputed = (text) => text in data.prose.trees && !given.includes(/^[^[.]+/.exec(text)?.[0]);
      this.numbers = live.asks(root).filter(({ dataset }) => isComputed(dataset.expression));
    }

    get name() {
      return this.number.dataset.expression;
    }

    compute(changes, name = this.name) {
      const { prose, statements } = this.data;
      try {
        const [found] = globalThis.zhixing.run([...prose.axes, ...statements], [prose.trees[name]], changes);
        return found.data[0];
      } catch (error) {
        if (error instanceof RangeError) return NaN;
        throw error;
      }
    }

    /** Ask for the first number of the answer that the change has changed; if there is none, for the first. */
    choose() {
      const before = {};
      for (const { name, places, before: was } of this.draws) {
        places.forEach((place, at) => ((before[name] ??= {})[place] = was[at]));
      }
      const differs = ({ dataset: { expression } }) => this.compute(before, expression) !== this.compute({}, expression);
      this.number = this.numbers.find(differs) ?? this.numbers[0];
    }

    /** Draw numbers for which there is an answer, another one than before. */
    draw() {
      for (let time = 0; time < TRIES; time++) {
        const drawn = this.draws.map((one) => drawEntries(one.values, one.before, one.places));
        const changes = {};
        this.draws.forEach(({ name, places }, at) => {
          places.forEach((place, entry) => ((changes[name] ??= {})[place] = drawn[at][entry]));
        });
        const value = this.compute(changes);
        if (Number.isFinite(value) && (value !== this.value || time > TRIES / 2)) return Object.assign(this, { value, drawn });
      }
      return null;
    }

    open() {
      this.choose();
      if (!this.number) return this.status.replaceChildren(words.failed);
      this.question = make("p", { className: "zx-live-question" });
      this.input = make("input", { type: "text", className: "zx-live-input", inputMode: "decimal", autocomplete: "off" });
      const form = make("form", { className: "zx-live-answer" }, this.input);
      form.append(make("button", { type: "submit", textContent: words.check }), button(words.draw, () => this.ask()));
      form.append(button(words.reveal, () => this.reveal()), this.status);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.check();
      });
      this.bar.replaceWith(make("div", { className: "zx-live-exercise" }, this.question, form));
      this.ask();
    }

    ask() {
      if (!this.draw()) return this.status.replaceChildren(words.failed);
      const { print } = globalThis.zhixing;
      const given = this.draws.flatMap(({ text }, at) => {
        const values = this.drawn[at].map((value) => print(value)).join(words.comma);
        return [make("code", { textContent: text }), ` = ${values}${words.semicolon}`];
      });
      this.places = placesFor(this.number, this.value);
      const asked = tell(words.asked, { name: this.name });
      this.input.setAttribute("aria-label", asked);
      const precision = this.places ? tell(words.places, { count: this.places }) : "";
      this.question.replaceChildren(words.now, ...given, asked, precision);
      this.input.value = "";
      this.say("");
      this.input.focus();
      return this;
    }

    say(text, right = null) {
      this.status.textContent = text;
      this.status.classList.toggle("zx-live-right", right === true);
      this.status.classList.toggle("zx-live-wrong", right === false);
    }

    get answer() {
      return globalThis.zhixing.print(this.value, [this.places, false, false, ""]);
    }

    check() {
      const typed = readAnswer(this.input.value);
      if (Number.isNaN(typed)) return this.say(words.unread);
      const right = Math.abs(typed - this.value) <= 0.5 * 10 ** -this.places + 1e-9 * Math.max(1, Math.abs(this.value));
      return this.say(right ? tell(words.right, { value: this.answer }) : words.wrong, right);
    }

    reveal() {
      this.say(`${this.name} = ${this.answer}`);
    }
  }

  live.openExercise = (own) => new Exercise(own).open();
})();
