// A diagram that cannot be drawn stays where it is, as its source, and says why; mermaid would add a picture of the
// error below the page.
(() => {
  "use strict";
  const { initialize, render } = mermaid;
  mermaid.initialize = (settings) => initialize.call(mermaid, { ...settings, suppressErrorRendering: true });
  mermaid.render = async (id, text, ...rest) => {
    try {
      return await render.call(mermaid, id, text, ...rest);
    } catch (error) {
      const failed = [...document.querySelectorAll(".md-content pre > code")].find((code) => code.textContent === text);
      if (failed) failed.parentElement.title = error.message;
      throw error;
    }
  };
})();
