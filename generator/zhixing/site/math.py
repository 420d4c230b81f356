"""Formulas as a page has them."""

from __future__ import annotations

import html
import re

from zhixing.show.mathml import FormulaError, mathml

_WORDS = re.compile(r"<math><mtext>([^<]*)</mtext></math>")


def formula(latex: str, display: bool) -> str:  # a page's `Edge` calls it so
    """Return a formula as HTML; one that cannot be read stays as its source, marked."""
    latex = latex.strip()
    try:
        shown = mathml(latex, display=display)
    except FormulaError as error:
        title = html.escape(str(error))
        shown = f'<code class="formula-source" title="{title}">{html.escape(latex)}</code>'
    if display:
        return f'<div class="formula" tabindex="0">{shown}</div>'
    # Screen readers do not take a formula for the text of a table's head unless it says what it is.
    words = _WORDS.fullmatch(shown)
    return shown.replace("<math>", f'<math aria-label="{html.escape(html.unescape(words[1]))}">') if words else shown
