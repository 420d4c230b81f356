// One example that is being changed: its numbers at rest, what is changed, and the parts of the page that follow.
(() => {
  "use strict";
  const { live } = globalThis.zhixing;
  const { words, button, tell } = live;

  class Example {
    constructor({ root, bar, status, name, data }) {
      Object.assign(this, { root, bar, status, name, data, changes: {}, inputs: [], parts: [] });
      this.id = root.closest(".zx-example")?.dataset.example ?? "";
      // What is shown, and behind it the expressions whose entries stand in derivations.
      this.trees = [...data.shown.map((shown) => shown[1]), ...data.leaves];
      this.values = this.compute({});
    }

    /** Return what is shown, with some given numbers changed; null where it cannot be computed. */
    compute(changes, trees = this.trees, before = []) {
      try {
        return globalThis.zhixing.run([...before, ...this.data.statements], trees, changes);
      } catch (error) {
        if (error instanceof RangeError) return null;
        throw error;
      }
    }

    print([index, at], values) {
      const [, , format, labels] = this.data.shown[index];
      const value = values[index].data[at];
      return labels && !Number.isNaN(value) ? labels[value] : globalThis.zhixing.print(value, format);
    }

    /** Return all entries of what is shown as texts. */
    texts(index, values) {
      return values[index].data.map((_, at) => this.print([index, at], values));
    }

    openBar() {
      const reset = () => {
        this.changes = {};
        this.show();
        this.inputs[0]?.element.focus();
      };
      this.reset = button(words.reset, reset, { disabled: true });
      this.link = button(words.link, () => this.copy(), { disabled: true });
      this.bar.prepend(this.reset, this.link);
      this.say(words.changing);
    }

    async copy() {
      try {
        await navigator.clipboard.writeText(location.href);
        this.say(words.copied);
      } catch {
        this.say(location.href);
      }
    }

    say(text) {
      this.status.textContent = text;
    }

    /** Take changes from an address: only those of numbers that have an input. */
    take(changes) {
      for (const { quantity, at } of this.inputs) {
        const value = changes[quantity]?.[at];
        if (value !== undefined) (this.changes[quantity] ??= {})[at] = value;
      }
      if (Object.keys(this.changes).length) this.show();
    }

    set(input, value) {
      const own = (this.changes[input.quantity] ??= {});
      own[input.at] = value;
      if (value === input.value || `${value}` === input.text) delete own[input.at];
      if (!Object.keys(own).length) delete this.changes[input.quantity];
      this.show();
    }

    /** Show what the changed numbers give. */
    show() {
      const changed = Object.keys(this.changes).length > 0;
      const values = this.compute(this.changes);
      this.root.classList.toggle("zx-live-changed", changed);
      this.reset.disabled = this.link.disabled = !changed;
      for (const one of this.inputs) one.show(this.changes[one.quantity]?.[one.at] ?? one.value);
      for (const part of this.parts) part.show(values);
      const pale = this.root.querySelector(":scope > :is(figure, .formula):not(.zx-live-follows)") ? words.still : "";
      this.say(!values ? words.failed : changed ? pale : words.changing);
      live.remember(this.name, this.changes);
    }
  }

  live.wasText = (value) => tell(words.was, { value });

  live.openExample = async ({ focus, changes, ...own }) => {
    const example = new Example(own);
    for (const open of live.parts) example.parts.push(...(await open(example)));
    example.openBar();
    example.root.classList.add("zx-live-open");
    if (changes) example.take(changes);
    if (focus) example.inputs[0]?.element.focus();
  };
})();
