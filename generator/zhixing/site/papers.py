"""Papers named by their number: `arXiv:1706.03762` and `doi:10.1000/182` become links."""

from __future__ import annotations

import re

_PAPER = re.compile(
    r"\b(?:arxiv:[ ]?(?P<arxiv>\d{4}\.\d{4,5}(?:v\d{1,2})?|[a-z-]{2,10}(?:\.[A-Z]{2})?/\d{7})"
    r"|doi:[ ]?(?P<doi>10\.\d{4,9}/[\w.()/:-]{0,100}[\w/]))(?!\w)",
    re.IGNORECASE | re.ASCII,
)


def with_papers(text: str) -> str:
    """Return text, escaped for HTML, with the numbers of papers as links; browsers ask the host on a click alone."""
    return _PAPER.sub(_link, text) if ":" in text else text


def _link(found: re.Match[str]) -> str:
    to = f"https://arxiv.org/abs/{found['arxiv']}" if found["arxiv"] else f"https://doi.org/{found['doi']}"
    return f'<a href="{to}" rel="noopener noreferrer">{found[0]}</a>'
