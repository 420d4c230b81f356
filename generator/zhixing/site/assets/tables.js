// Tables that scroll sideways: the keyboard reaches them as long as they do. And the buttons of code, which Material
// puts in a landmark of navigation each, though nobody navigates by them.
(() => {
  "use strict";
  const WRAPS = ".md-typeset__scrollwrap";
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  const start = () => {
    watch.disconnect();
    for (const wrap of document.querySelectorAll(WRAPS)) watch.observe(wrap);
    for (const buttons of document.querySelectorAll(".md-code__nav")) buttons.setAttribute("role", "none");
  };
  // Material wraps tables when its own script has started, and again after each of its page changes.
  if (typeof document$ === "undefined") addEventListener("load", start);
  else document$.subscribe(() => setTimeout(start));
})();
