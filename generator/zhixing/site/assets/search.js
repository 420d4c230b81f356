// The search: a dialog that finds pages in the files which `search.py` writes. Nothing is fetched before the first query.
// All that a page says is put into the document as text, never as HTML.
(() => {
  "use strict";
  const here = document.currentScript.src;
  const DATA = new URL("search/", here);
  const SITE = new URL("../../", here);
  // Results fetched at a time; files are fetched until so many pages hold the words, or so many were looked at.
  const STEP = 10;
  const LOOK = 28;
  // A heading of so many pages at most stands for them.
  const FEW = 3;
  const MOST_TERMS = 8;
  const FIELDS = { text: 0, often: 1, heading: 2, alias: 3, title: 4 };

  // Text as terms: the same as in search.py.

  const HAN = "\\u3005-\\u3007\\u3041-\\u3096\\u30a1-\\u30fa\\u30fc\\u3400-\\u4dbf\\u4e00-\\u9fff\\u{20000}-\\u{3ffff}";
  const RUN = new RegExp(`[${HAN}]+|(?:(?![${HAN}])[\\p{L}\\p{N}])+`, "gu");
  const IS_HAN = new RegExp(`^[${HAN}]`, "u");
  const normal = (text) => text.normalize("NFKC").toLowerCase();
  const runsOf = (text) => normal(text).match(RUN) || [];
  const squeeze = (text) => runsOf(text).join("");

  function hash(term) {
    let value = 0x811c9dc5;
    for (const character of term) value = Math.imul(value ^ character.codePointAt(0), 0x01000193) >>> 0;
    return value;
  }

  /** Return every `size` neighbours of a word; of a long word those that cover it. */
  function pieces(word, size) {
    const letters = [...word].slice(0, 40);
    const last = letters.length - size;
    const step = last > 5 ? size : 1;
    const starts = [];
    for (let at = 0; at < last; at += step) starts.push(at);
    return [...starts, last].map((at) => letters.slice(at, at + size).join(""));
  }

  /** Return the terms that a page must have to hold a run. */
  function needed(run) {
    const length = [...run].length;
    if (IS_HAN.test(run)) return length === 1 ? [run] : pieces(run, 2);
    return length === 1 ? [`${run} `] : pieces(run, Math.min(length, 3));
  }

  function read(query) {
    const runs = [...new Set(runsOf(query))];
    const ordered = runsOf(query);
    const squeezed = ordered.join("");
    let must = [...new Set(runs.flatMap(needed))];
    if (must.length > MOST_TERMS) {
      const every = must.length / MOST_TERMS;
      must = Array.from({ length: MOST_TERMS }, (_, at) => must[Math.floor(at * every)]);
    }
    const words = runs.filter((run) => !IS_HAN.test(run)).slice(0, 3).map((run) => `${run} `);
    const seams = [];
    for (let at = 1; at < ordered.length && seams.length < 2; at++) {
      const before = ordered[at - 1];
      if (!IS_HAN.test(before) || !IS_HAN.test(ordered[at])) seams.push(`${[...before].pop()}·${[...ordered[at]][0]}`);
    }
    const letters = [...squeezed];
    return {
      runs, squeezed, must, words, seams,
      exact: `=${letters.slice(0, 80).join("")}`, start: `^${letters.slice(0, 2).join("")}`,
    };
  }

  // Files.

  const waiting = new Map();
  const files = new Map();
  let about = null;

  window.zhixingSearch = (name, data) => waiting.get(name)?.(data);

  /** Load a file of the index; null where that fails. */
  function load(name, mark) {
    if (!files.has(name)) {
      files.set(name, new Promise((resolve) => {
        const script = document.createElement("script");
        waiting.set(name, resolve);
        script.onload = script.onerror = () => { resolve(null); script.remove(); waiting.delete(name); };
        script.src = new URL(`${name}.js?${mark}`, DATA).href;
        document.head.append(script);
      }).then((data) => { if (data === null) files.delete(name); return data; }));
    }
    return files.get(name);
  }

  async function begin() {
    about ||= await load("index", Date.now());
    if (!about) throw new Error("no index");
    return about;
  }

  /** Return the lists of pages of a term, by field. */
  async function lists(term) {
    const shard = await load(`t${hash(term) % about.shards}`, about.version);
    if (!shard) throw new Error("no shard");
    const written = Object.hasOwn(shard, term) ? shard[term].split("|") : [];
    return Array.from({ length: 5 }, (_, field) => decode(written[field] || ""));
  }

  function decode(written) {
    if (!written) return [];
    const data = Uint8Array.from(atob(written.slice(1)), (byte) => byte.charCodeAt(0));
    const numbers = [];
    if (written[0] === "b") {
      data.forEach((byte, at) => {
        for (let bit = 0; bit < 8; bit++) if (byte >> bit & 1) numbers.push(8 * at + bit);
      });
      return numbers;
    }
    let last = -1;
    let distance = 0;
    let shift = 0;
    for (const byte of data) {
      distance |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) {
        last += distance + 1;
        numbers.push(last);
        distance = shift = 0;
      }
    }
    return numbers;
  }

  // Ranking by terms: which pages may hold a query, the best first, before any of them is read.

  const WEIGHT = [0, 1, 4, 8, 10];

  async function candidates(query) {
    const terms = [...new Set([...query.must, ...query.words, ...query.seams, query.exact, query.start])];
    const found = new Map(await Promise.all(terms.map(async (term) => [term, await lists(term)])));
    const scores = new Float64Array(about.pages);
    const have = Array.from({ length: 5 }, () => new Uint8Array(about.pages));
    const common = new Float64Array(about.pages);
    for (const term of query.must) {
      found.get(term).forEach((pages, field) => {
        for (const page of pages) {
          have[field][page]++;
          scores[page] += WEIGHT[field];
        }
      });
      const pages = found.get(term)[FIELDS.text];
      const rare = Math.log(1 + about.pages / (1 + pages.length));
      for (const page of pages) common[page] += rare;
      for (const field of [FIELDS.heading, FIELDS.alias, FIELDS.title]) {
        for (const page of found.get(term)[field]) common[page] += rare * WEIGHT[field] / 8;
      }
    }
    // Of pages that have the letters, those are likelier that have them as words, and the words side by side.
    for (const [terms, bonus] of [[query.words, 350], [query.seams, 250]]) {
      for (const term of terms) {
        found.get(term).forEach((pages, field) => {
          const more = field === FIELDS.text ? bonus / terms.length : WEIGHT[field];
          for (const page of pages) scores[page] += more;
        });
      }
    }
    const all = query.must.length;
    for (let page = 0; page < about.pages; page++) {
      if (have[FIELDS.heading][page] === all) scores[page] += 100;
      if (have[FIELDS.alias][page] === all) scores[page] += 300;
      if (have[FIELDS.title][page] === all) scores[page] += 400;
    }
    const add = (term, field, bonus, sure) => {
      for (const page of found.get(term)[field]) if (sure || have[field][page] === all) scores[page] += bonus;
    };
    add(query.start, FIELDS.alias, 250, false);
    add(query.start, FIELDS.title, 300, false);
    // A heading that only a few pages have names its page nearly as an alias does.
    const named = found.get(query.exact)[FIELDS.heading];
    const isNamed = named.length > 0 && named.length <= FEW;
    if (isNamed) add(query.exact, FIELDS.heading, 2000, true);
    add(query.exact, FIELDS.alias, 4000, true);
    add(query.exact, FIELDS.title, 8000, true);
    const pages = [...scores.keys()];
    let chosen = pages.filter((page) => (all && have[FIELDS.text][page] === all) || scores[page] >= 4000);
    const strict = chosen.length > 0;
    if (!strict) {
      // Nothing holds it all: the pages that hold most of its rarer terms.
      const most = common.reduce((one, other) => Math.max(one, other), 0);
      chosen = pages.filter((page) => most && common[page] > 0.6 * most);
      for (const page of chosen) scores[page] += 100 * common[page];
    }
    chosen.sort((one, other) => scores[other] - scores[one] || one - other);
    return { chosen: strict ? chosen : chosen.slice(0, 2 * STEP), scores, strict, isNamed };
  }

  // Pages as results.

  /** Return a section of a page; `own` tells the page's text from what is shown around it. */
  function section(heading, id, text, code, own) {
    const whole = normal(`${own ? heading : ""}\n${text}\n${code}`);
    return { heading, id, text, code, own, whole, squeezed: squeeze(whole) };
  }

  async function page(number) {
    const data = await load(`d${number}`, about.version);
    if (!data) return null;
    const [url, title, aliases, status, spelled, sections, around] = data;
    return {
      number, url, title, aliases, status,
      names: [title, ...aliases, ...spelled].map(squeeze),
      sections: [
        ...sections.map(([heading, id, text, code]) => section(heading, id, text, code, true)),
        ...around.map(([heading, text]) => section(heading, "", text, "", false)),
      ],
    };
  }

  /** Return how well a page that was read answers a query; 0 where it does not hold all of its words. */
  function grade(query, one, isNamed) {
    const { squeezed } = query;
    const [title, ...others] = one.names;
    if (title === squeezed) return 100;
    if (others.includes(squeezed)) return 90;
    const own = one.sections.filter((section) => section.own);
    const isHeading = own.some((section) => squeeze(section.heading) === squeezed);
    if (isHeading && isNamed) return 85;
    if (title.startsWith(squeezed)) return 80;
    if (others.some((name) => name.startsWith(squeezed))) return 75;
    if (title.includes(squeezed)) return 70;
    if (others.some((name) => name.includes(squeezed))) return 65;
    if (isHeading) return 60;
    if (own.some((section) => squeeze(section.heading).includes(squeezed))) return 50;
    const names = one.names.join(" ");
    if (query.runs.every((run) => names.includes(run))) return 40;
    // Letters apart are found as one word: `d_k` as dk.
    const says = (run) => ({ whole, squeezed }) => whole.includes(run) || (run.length < 4 && squeezed.includes(run));
    const holds = (sections) => (run) => names.includes(run) || sections.some(says(run));
    if (!query.runs.every(holds(own))) return query.runs.every(holds(one.sections)) ? 5 : 0;
    const times = own.reduce((sum, section) => sum + section.squeezed.split(squeezed).length - 1, 0);
    return times ? 20 + Math.min(times, 9) : 10;
  }

  /** Return the section of a page that says most about a query, and its best sentence. */
  function passage(query, one, byName) {
    let best = { score: 0, section: one.sections[0], sentence: "" };
    one.sections.forEach((section, at) => {
      // What is shown around a page says nothing of one that is found by its name.
      if (!section.own && byName) return;
      const heading = section.own ? squeeze(section.heading) : "";
      const named = heading && heading === query.squeezed ? 40 : heading.includes(query.squeezed) ? 20 : 0;
      if (!named && !query.runs.some((run) => section.whole.includes(run))) return;
      for (const [text, bonus] of [[section.text, section.own ? 5 : -5], [section.code, 0]]) {
        for (const sentence of sentencesOf(text)) {
          const said = normal(sentence);
          const words = query.runs.filter((run) => said.includes(run)).length;
          const phrase = words && squeeze(said).includes(query.squeezed) ? 30 : 0;
          if (!words && !named) continue;
          const score = named + phrase + (10 * words) / query.runs.length + bonus - 0.01 * at;
          if (score > best.score) best = { score, section, sentence };
        }
      }
      if (named > best.score) best = { score: named, section, sentence: sentencesOf(section.text)[0] || "" };
    });
    if (!best.score) {
      const section = one.sections.find(({ text }) => text);
      best = { score: 0, section: null, sentence: section ? sentencesOf(section.text)[0] : "" };
    }
    return best;
  }

  const sentencesOf = (text) => text.match(/[^。！？!?\n]+[。！？!?]*/g) || [];

  /** Return where runs stand in a text, as pairs of its own positions. */
  function places(query, text) {
    const starts = [];
    let said = "";
    let at = 0;
    for (const piece of text.match(/\P{M}\p{M}*|\p{M}/gu) || []) {
      const written = normal(piece);
      for (let unit = 0; unit < written.length; unit++) starts.push([at, at + piece.length]);
      said += written;
      at += piece.length;
    }
    const found = [];
    for (const run of query.runs) {
      // A single letter is marked where it stands alone.
      const alone = run.length === 1 && !IS_HAN.test(run);
      for (let from = said.indexOf(run); from >= 0; from = said.indexOf(run, from + run.length)) {
        const around = `${said[from - 1] ?? ""}${said[from + 1] ?? ""}`;
        if (!alone || !/[a-z0-9]/.test(around)) found.push([starts[from][0], starts[from + run.length - 1][1]]);
      }
    }
    return found.sort((one, other) => one[0] - other[0] || other[1] - one[1]);
  }

  /** Return a text as nodes, with the words of a query marked. */
  function marked(query, text) {
    const nodes = [];
    let at = 0;
    for (const [start, end] of places(query, text)) {
      if (start < at) continue;
      if (start > at) nodes.push(text.slice(at, start));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(start, end);
      nodes.push(mark);
      at = end;
    }
    if (at < text.length) nodes.push(text.slice(at));
    return nodes;
  }

  /** Return a sentence, and of a long one what stands around the first word of a query. */
  function cut(query, sentence) {
    const text = sentence.trim();
    const [first] = places(query, text);
    const from = first && first[0] > 50 ? first[0] - 30 : 0;
    const end = from + 140;
    return `${from ? "…" : ""}${text.slice(from, end)}${end < text.length ? "…" : ""}`;
  }

  function element(name, kind, ...inside) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    made.append(...inside);
    return made;
  }

  function address(one, id) {
    const url = new URL(one.url.replace(/^\.\/$/, ""), SITE);
    if (url.protocol === "file:" && url.pathname.endsWith("/")) url.pathname += "index.html";
    if (id) url.hash = id;
    return url.href;
  }

  function option(query, one, number) {
    const named = grade(query, one) >= 65;
    const { section, sentence } = passage(query, one, named);
    const heading = section && !(named && !section.heading) ? section.heading : "";
    const link = element("a", "zx-result");
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    link.id = `zx-result-${number}`;
    link.tabIndex = -1;
    const whole = heading === one.title || (named && !squeeze(heading).includes(query.squeezed));
    link.href = address(one, whole ? "" : section?.id);
    const line = element("span", "zx-result-name", element("span", "", ...marked(query, one.title)));
    const alias = one.aliases.find((name) => squeeze(name).includes(query.squeezed));
    if (alias && !squeeze(one.title).includes(query.squeezed)) {
      line.append(element("span", "zx-result-alias", ...marked(query, alias)));
    }
    if (heading && heading !== one.title) line.append(element("span", "zx-result-place", ...marked(query, heading)));
    if (one.status) line.append(element("span", "zx-result-status", one.status));
    link.append(line);
    if (sentence) link.append(element("span", "zx-result-text", ...marked(query, cut(query, sentence))));
    return link;
  }

  // The dialog.

  const dialog = document.getElementById("zx-search");
  if (!dialog || !dialog.showModal) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[role=status]");
  let current = 0;
  let rest = null;
  let active = null;
  let asked = "";

  function choose(one) {
    active?.setAttribute("aria-selected", "false");
    active = one;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) input.setAttribute("aria-activedescendant", active.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function show(text, filled) {
    said.textContent = text;
    list.hidden = !filled;
    input.setAttribute("aria-expanded", String(filled));
  }

  function clear() {
    rest = null;
    choose(null);
    list.replaceChildren();
    show("", false);
  }

  async function search() {
    const text = input.value;
    if (text === asked) return;
    asked = text;
    const turn = ++current;
    const query = read(text);
    if (!query.squeezed) return clear();
    try {
      await begin();
      const found = await candidates(query);
      if (turn !== current) return;
      const next = { turn, query, found, at: 0, seen: 0 };
      await more(next, true);
    } catch {
      if (turn === current) {
        clear();
        asked = "";
        show(dialog.dataset.failed, false);
      }
    }
  }

  /** Read the next pages of what was found and show those that hold the query. */
  async function more(one, fresh) {
    const { query, found } = one;
    rest = null;
    const good = [];
    const stop = one.at + LOOK;
    while (good.length < STEP && one.at < found.chosen.length && one.at < stop) {
      const part = found.chosen.slice(one.at, one.at + STEP - Math.min(good.length, STEP - 4));
      one.at += part.length;
      const read = await Promise.all(part.map(page));
      if (one.turn !== current) return;
      good.push(...read.filter((page) => page && (!found.strict || grade(query, page, found.isNamed) > 0)));
    }
    const rank = new Map(good.map((page) => [page, found.strict ? grade(query, page, found.isNamed) : 0]));
    good.sort((a, b) => rank.get(b) - rank.get(a) || found.scores[b.number] - found.scores[a.number]);
    const options = good.map((page) => option(query, page, one.seen++));
    if (fresh) {
      choose(null);
      list.replaceChildren(...options);
      list.scrollTop = 0;
      choose(options[0] || null);
    } else {
      list.append(...options);
    }
    const left = one.at < found.chosen.length;
    rest = left ? one : null;
    const count = `${one.seen}${left ? "+" : ""}`;
    show(one.seen ? dialog.dataset.count.replace("{count}", count) : dialog.dataset.none, one.seen > 0);
    // Nobody can scroll to the rest in a list that is not full.
    if (rest && good.length && list.scrollHeight <= list.clientHeight) await more(rest, false);
  }

  async function move(step) {
    const options = [...list.children];
    let at = options.indexOf(active) + step;
    if (at >= options.length && rest) {
      await more(rest, false);
      return choose(list.children[at] || active);
    }
    if (options.length) choose(options[(at + options.length) % options.length]);
  }

  function open(text) {
    if (!dialog.open) dialog.showModal();
    if (text) input.value = text;
    input.focus();
    input.select();
    search();
  }

  /** Return the last name in the page's address, as words. */
  function wordsOfAddress() {
    const name = location.pathname.replace(/(?:\/index)?(?:\.html|\.md|\/)?$/, "").split("/").pop();
    try {
      return decodeURIComponent(name).replace(/[-_+]+/g, " ").trim();
    } catch {
      return "";
    }
  }

  const typing = (target) => target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

  document.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    // Right after the dialog was closed, its field may still have the focus.
    const isFree = dialog.contains(event.target) || !typing(event.target);
    if (plain && (event.key === "/" || event.key === "s") && !dialog.open && isFree) {
      event.preventDefault();
      open("");
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".zx-search-open");
    if (button) open("fromAddress" in button.dataset ? wordsOfAddress() : "");
  });
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      const keys = { ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey };
      active.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...keys }));
    }
  });
  list.addEventListener("scroll", () => {
    if (rest && list.scrollTop + list.clientHeight > list.scrollHeight - 80) more(rest, false);
  });
  list.addEventListener("click", (event) => {
    if (event.target.closest("a") && !event.ctrlKey && !event.metaKey && !event.shiftKey) dialog.close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  const wanted = new URLSearchParams(location.search).get("q");
  if (wanted) open(wanted);
})();
