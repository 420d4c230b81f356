"""Where links of a page lead, as relative paths that any Markdown tool follows."""

from __future__ import annotations

import os.path
import re
from pathlib import PurePosixPath
from urllib.parse import quote

# Everything but what ends or breaks a link's destination stays readable, Chinese above all.
_UNSAFE = re.compile(r"[\x00-\x20\"#%()<>?\[\\\]^`{|}\x7f*_\ufdd0-\ufdef]")
# An address outside is percent-coded already, but for what Markdown would read in it.
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\"$()<>\[\\\]^`{|}\x7f*_\ufdd0-\ufdef]")
BLOCK_PREFIX = "block-"


def relative(target: PurePosixPath, page: PurePosixPath, anchor: str = "") -> str:
    """Return the destination of a link from `page` to `target`, both paths in the vault, percent-coded where needed."""
    if target == page and anchor:
        return f"#{encode(anchor)}"
    path = encode(os.path.relpath(target, page.parent).replace(os.sep, "/"))
    return f"{path}#{encode(anchor)}" if anchor else path


def encode(text: str) -> str:
    """Percent-code what cannot stand in a link's destination."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), text)


def heading_marks(anchor: str, *, attributes: bool) -> tuple[str, str]:
    """Return what gives a heading its anchor: what stands before its text, and what behind it."""
    if not anchor:
        return "", ""
    return ("", f" {{ #{anchor} }}") if attributes else (f'<a id="{anchor}"></a>', "")


def url(address: str) -> str:
    """Return an address outside the vault as a link's destination; what is percent-coded in it stays so."""
    return _UNSAFE_IN_URL.sub(lambda match: quote(match[0], safe=""), address).replace("&", "&amp;")
