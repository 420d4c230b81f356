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
# No slug of a heading holds a colon, and ids of authors' own HTML begin with `_OWN`.
EXAMPLE_PREFIX = "example:"
# Stands before what an author calls an element where the name could be a theme's.
_OWN = "user-"


def relative(target: PurePosixPath, page: PurePosixPath, anchor: str = "") -> str:
    """Return the destination of a link from `page` to `target`, both paths in the vault, percent-coded where needed."""
    if target == page and anchor:
        return f"#{encode(anchor)}"
    path = encode(os.path.relpath(target, page.parent).replace(os.sep, "/"))
    return f"{path}#{encode(anchor)}" if anchor else path


def encode(text: str) -> str:
    """Percent-code what cannot stand in a link's destination."""
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), text)


def element_id(slug: str) -> str:
    """Return the id of a heading on its page: its slug, kept apart from the ids that themes have for their own."""
    return f"{_OWN}{slug}" if slug.startswith("__") else slug


def block_id(name: str) -> str:
    """Return the id of a named block on its page."""
    return f"{BLOCK_PREFIX}{name}"


def example_id(name: str) -> str:
    """Return the id of an example on its page."""
    return f"{EXAMPLE_PREFIX}{name}"


def url(address: str) -> str:
    """Return an address outside the vault as a link's destination: what is percent-coded in it stays so."""
    return _UNSAFE_IN_URL.sub(lambda match: quote(match[0], safe=""), address)


def own_name(name: str) -> str:
    """Return what a class or id that an author made up is called on a page, where no theme means anything by it."""
    return f"{_OWN}{name}"


def trusted_name(name: str) -> str:
    """Return the id on a page for one that a trusted author made up: as written, unless it is one of the theme's."""
    plain = name.removeprefix("#")
    return name if not plain.startswith("__") else f"{name[: len(name) - len(plain)]}{own_name(plain)}"


def given_name(name: str) -> str:
    """Return what `own_name` made of an id as `trusted_name` would have it."""
    plain = name.removeprefix(_OWN)
    return name if plain.startswith("__") else plain
