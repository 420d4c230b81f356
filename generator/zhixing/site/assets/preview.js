// Previews: what a link leads to, beside it, while it is hovered or focused: a note's definition, a section, a block.
// The target's own page is fetched, as a click would; what is shown is a picture of it, to be read and not to be used.
(() => {
  "use strict";
  if (!matchMedia("(hover: hover)").matches) return;
  const LINKS = ".md-content a[href]:not(.zx-number, .headerlink, .footnote-ref, .footnote-backref), .zx-nearby a";
  const WAIT = 350;
  const MOST = 4;
  const pages = new Map();
  const card = document.createElement("div");
  card.className = "zx-preview md-typeset";
  card.setAttribute("aria-hidden", "true");
  card.hidden = true;
  let timer = 0;
  let wanted = null;

  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  function load(url) {
    const key = url.href.split("#")[0];
    if (key === location.href.split("#")[0]) return Promise.resolve(document);
    if (!pages.has(key)) {
      const page = fetch(key).then((answer) => (answer.ok ? answer.text() : ""), () => "");
      pages.set(key, page.then(parse));
    }
    return pages.get(key);
  }

  const level = (element) => Number(/^H([1-6])$/.exec(element.tagName)?.[1] || 0);
  const says = (element) => element.textContent.trim() && !element.matches(".note-head, .zx-faults, .tag-page > p, script, style, nav");

  /** Return the blocks behind a heading, up to the next one of its level. */
  function section(heading) {
    const found = [heading];
    for (let next = heading.nextElementSibling; next && found.length < MOST; next = next.nextElementSibling) {
      if (level(next) && level(next) <= level(heading)) break;
      if (says(next)) found.push(next);
    }
    return found;
  }

  /** Return a note's title and what stands under its first heading: its definition. */
  function definition(article) {
    const title = article.querySelector("h1");
    if (!title) return [];
    let first = title.nextElementSibling;
    while (first && (!says(first) || level(first))) first = first.nextElementSibling;
    if (!first) return [title];
    const next = first.nextElementSibling;
    return [title, first, ...(next && says(next) && !level(next) ? [next] : [])];
  }

  function excerpt(page, hash) {
    const article = page.querySelector("article");
    if (!article) return [];
    let name = "";
    try {
      name = decodeURIComponent(hash.slice(1));
    } catch {
      return [];
    }
    const place = name && page.getElementById(name);
    if (!place) return name ? [] : definition(article);
    if (!article.contains(place)) return [];
    if (level(place)) return section(place);
    const block = place.matches(".block") ? place.closest("p, li, table, blockquote, h1, h2, h3, h4") : place;
    return block ? [place.matches(".alone") ? block.nextElementSibling || block : block] : [];
  }

  /** Return a copy of an element without names of its own, its addresses as the page that it is from sees them. */
  function copy(element, base) {
    const made = document.importNode(element, true);
    for (const one of [made, ...made.querySelectorAll("*")]) {
      for (const name of ["id", "for", "name"]) one.removeAttribute(name);
      for (const name of ["href", "src"]) {
        if (one.hasAttribute(name)) one.setAttribute(name, new URL(one.getAttribute(name), base).href);
      }
      if (one.matches("a, [tabindex], summary, button, input")) one.setAttribute("tabindex", "-1");
    }
    made.querySelectorAll(".headerlink, script, style, iframe, audio, video").forEach((one) => one.remove());
    return made;
  }

  function place(link) {
    const box = link.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    const below = box.bottom + card.offsetHeight + 12 < clientHeight;
    card.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - card.offsetHeight - 8)}px`;
    card.style.left = `${Math.max(8, Math.min(box.left, clientWidth - card.offsetWidth - 8))}px`;
  }

  function hide() {
    clearTimeout(timer);
    wanted = null;
    card.hidden = true;
  }

  async function show(link, url) {
    const shown = excerpt(await load(url), url.hash);
    if (wanted !== link || !shown.length) return;
    card.replaceChildren(...shown.map((element) => copy(element, url.href)));
    if (!card.isConnected) document.body.append(card);
    card.hidden = false;
    place(link);
  }

  function want(link) {
    if (!link || link === wanted) return;
    hide();
    const url = new URL(typeof link.href === "string" ? link.href : link.href.baseVal, location.href);
    const here = url.pathname === location.pathname;
    if (url.origin !== location.origin || (here && !url.hash) || /\.(?!html$)\w+$/.test(url.pathname)) return;
    wanted = link;
    timer = setTimeout(() => show(link, url), WAIT);
  }

  document.addEventListener("mouseover", (event) => {
    const link = event.target.closest?.(LINKS);
    if (link) want(link);
    else if (wanted) hide();
  });
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest?.(LINKS);
    if (link && link.matches(":focus-visible")) want(link);
    else hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  addEventListener("scroll", hide, { passive: true });
  addEventListener("pagehide", hide);
})();
