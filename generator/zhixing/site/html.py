"""A page's HTML on its way from Markdown to the theme."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import unquote

from zhixing.compose import FIGURES
from zhixing.site.math import with_mathml
from zhixing.site.sanitise import sanitise

# A paragraph that holds nothing but a picture is a figure, and the picture's text its caption.
_FIGURE = re.compile(r'<p>(<img((?: [a-z-]+="[^"]*")*)>)</p>')
_ALT = re.compile(r' alt="([^"]+)"')
_SRC = re.compile(r' src="([^"]+)"')
_H1 = re.compile(r"<h1[ >].*?</h1>", re.DOTALL)
# No page may fetch anything from another host, whatever a note or a theme asks for.
_POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)


def clean(page: str) -> str:
    """Return the HTML that Markdown made of a note without anything that runs, with its figures and formulas."""
    return with_mathml(_FIGURE.sub(_figure, sanitise(page)))


def titled(title: str, body: str) -> str:
    """Return a page's content with its title over it, if it has none of its own."""
    return body if _H1.search(body) else f"<h1>{escape(title)}</h1>\n{body}"


def surrounded(head: str, content: str, foot: str) -> str:
    """Return a page's content with its properties under the title, and its backlinks."""
    own = _H1.search(content)
    at = own.end() if own else 0
    return f"{content[:at]}\n{head}\n{content[at:]}\n{foot}"


def tag_page(content: str) -> str:
    """Return the content of a tag's page, marked as such for the styles."""
    return f'<div class="tag-page">{content}</div>'


def with_policy(page: str) -> str:
    """Return a whole page with the policy that keeps the browser from asking other hosts for anything."""
    return page.replace("<head>", f'<head><meta http-equiv="Content-Security-Policy" content="{_POLICY}">', 1)


def _figure(found: re.Match[str]) -> str:
    alt, source = _ALT.search(found[2]), _SRC.search(found[2])
    # A generated figure has its name drawn in it; a file's own name says nothing to readers.
    name = PurePosixPath(unquote(unescape(source[1]))).stem if source else ""
    told = alt and unescape(alt[1]) != name and f"{FIGURES}/" not in found[2]
    caption = f"<figcaption>{alt[1]}</figcaption>" if alt and told else ""
    return f"<figure>{found[1]}{caption}</figure>"
