"""A note that is not read before something is asked of it that is not known from an earlier reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from zhixing.markdown.claims import Claims
from zhixing.markdown.dialect import Dialect
from zhixing.source import Source, Spans
from zhixing.vault.note import Note

NO_CLAIMS = Claims((), (), (), Spans(()), ())
# What `load_reading` restores of a note.
_RESTORED = (
    *("_read_properties", "links", "headings", "blocks", "tags", "_generated", "problems", "html_ids", "made_anchors"),
    *("footnote_calls", "footnotes", "declaring", "all_claims"),
)


class UnreadSource(Source):
    """The source of a note whose text is read when it is first asked for."""

    def __init__(self, path: str, read: Callable[[], str]) -> None:
        vars(self).update(path=path, _read=read)

    def __getattr__(self, name: str) -> Any:
        if name != "text":
            raise AttributeError(name)
        vars(self)["text"] = text = self._read()
        return text


class KeptNote(Note):
    """A note of which some readings are known; `restore` has it take the others. Two are equal only as one object."""

    def __init__(
        self,
        source: UnreadSource,
        path: PurePosixPath,
        dialect: Dialect,
        known: Mapping[str, object],
        restore: Callable[[Note], object],
        *,
        marked_only: bool,
    ) -> None:
        vars(self).update(source=source, path=path, dialect=dialect, marked_only=marked_only, _restore=restore, **known)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def restore(self) -> None:
        """Take what was read of the note earlier, once."""
        restore = vars(self).pop("_restore", None)
        if restore is not None:
            restore(self)


class _Restored:
    """A reading that a note has taken from elsewhere, or that is made of its text where there was none to take."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._made = next(vars(one)[name] for one in Note.__mro__ if name in vars(one))

    def __get__(self, note: KeptNote, owner: type | None = None) -> Any:
        note.restore()
        known = vars(note)
        return known[self._name] if self._name in known else self._made.__get__(note, owner)


for _name in _RESTORED:
    setattr(KeptNote, _name, _Restored(_name))
