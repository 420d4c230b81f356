"""Words of a note as a reader sees them."""

from __future__ import annotations

import re
from html import unescape

ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_RESOLVED = re.compile(rf"\\([!-/:-@\[-`{{-~])|({ENTITY})")


def resolve_escapes(written: str) -> str:
    """Return words with their escapes and character references resolved."""
    if "\\" not in written and "&" not in written:
        return written
    return _RESOLVED.sub(lambda found: found[1] or unescape(found[2]), written)
