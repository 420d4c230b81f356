"""What a build keeps of each note for the next, which then need not read it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """What is kept of a note.

    - `text`: a digest of its text; `outline`: one of all that other notes ask of it; `length`: of its text.
    - `properties`: those that are read, in their order. `tags`: these and the ones in its text.
    - `targets`: the notes that it links to, by their numbers. `sentences`: digests of what their pages quote of it.
    - `embedded`: another note shows it, or it shows itself.
    - `signature`: that of its page, as a hexadecimal number.
    """

    path: str
    text: str
    outline: str
    length: int
    properties: list[Any]
    tags: list[str]
    targets: list[int]
    sentences: list[str]
    embedded: bool
    signature: str
