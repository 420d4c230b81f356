"""What an earlier process read of notes, from a store outside the vault: a note that has not changed is not read again.

Beside the reading itself these are the note's own problems, and the sentences that other pages quote of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from zhixing.checks.own import check_own
from zhixing.checks.template import Template
from zhixing.problems import Problem
from zhixing.site.head import keep_sentences, take_sentences
from zhixing.source import Source
from zhixing.vault.note import Note
from zhixing.vault.note_data import dump_problems, dump_reading, load_problems, load_reading
from zhixing.vault.store import Store
from zhixing.vault.vault import Vault

_KIND = "note"
_SIZE = 16
# So many notes are kept at once: a save may have to wait for it.
_STEP = 200


@dataclass
class KeptNotes:
    """The readings of notes that a store has, and those that are to be kept in it.

    `store` is None where nothing is kept. `templates` is a digest of the templates that the problems hold for.
    `_written` has the note that each entry of the store is of, None for an entry of another note or of none.
    """

    store: Store | None = None
    templates: str = ""
    own: WeakKeyDictionary[Note, tuple[Problem, ...]] = field(default_factory=WeakKeyDictionary)
    _written: dict[bytes, Note | None] | None = None
    _fetched: dict[bytes, bytes] = field(default_factory=dict)

    def load(self, vault: Vault, templates: Iterable[Source]) -> None:
        """Have the notes of a vault take what an earlier process read of them, and forget problems that hold no longer.

        A process asks the store once: later it knows its own notes.
        """
        self.name_templates(templates if vault.settings.templates else None)
        if self._written is None:
            entries = self.store.get_all(_KIND) if self.store else {}
            notes = {_key(path): note for path, note in vault.notes.items()}
            self._written = {
                key: note if (note := notes.get(key)) and self._load(note, entry) else None
                for key, entry in entries.items()
            }

    def name_templates(self, templates: Iterable[Source] | None) -> None:
        """Take the templates that problems are to hold for, None where notes are held to none."""
        asked = repr(None if templates is None else [(one.path, one.text) for one in templates])
        digest = blake2b(asked.encode(), digest_size=_SIZE).hexdigest()
        if digest != self.templates:
            self.templates = digest
            self.own.clear()

    def begin(self, vault: Vault, kept: Iterable[Note]) -> None:
        """Begin with a vault of which the store has these notes as they are."""
        self._written = {**dict.fromkeys(map(_key, vault.notes)), **{_key(note.path): note for note in kept}}

    def restore(self, note: Note) -> bool:
        """Have a note take what was kept of it; return whether there was anything of the same note."""
        key = _key(note.path)
        entry = self._fetched.pop(key, None) or (self.store.get(_KIND, key) if self.store else None)
        return entry is not None and self._load(note, entry)

    def fetch(self, paths: Iterable[PurePosixPath]) -> None:
        """Read what was kept of some notes, all at once, for when it is asked for."""
        self._fetched = self.store.get_all(_KIND, map(_key, paths)) if self.store else {}

    def _load(self, note: Note, entry: bytes) -> bool:
        """Have a note take what was kept of it; return whether it is the same note."""
        try:
            digest, templates, reading, problems, sentences = json.loads(entry)
            if digest != digest_note(note) or templates != self.templates:
                return False
            own = tuple(load_problems(problems))
            load_reading(note, reading)
            take_sentences(note, dict(sentences))
        except (ValueError, TypeError, KeyError, RecursionError):
            return False
        self.own[note] = own
        return True

    def find_own(self, note: Note, templates: Mapping[str, Template]) -> tuple[Problem, ...]:
        """Return the problems of a note by itself, found again only where they are not known."""
        if note not in self.own:
            self.own[note] = tuple(check_own(note, templates))
        return self.own[note]

    def save(self, vault: Vault) -> Iterator[None]:
        """Keep what was read of the notes of a vault; yield between steps."""
        before, notes = self._written or {}, {_key(path): note for path, note in vault.notes.items()}
        if self.store is not None:
            new = [(key, note) for key, note in notes.items() if before.get(key) is not note and note in self.own]
            self._written = dict(before)
            for start in range(0, len(new), _STEP):
                step = dict(new[start : start + _STEP])
                self.store.update(_KIND, {key: self._dump(note) for key, note in step.items()})
                self._written |= step
                yield
            self.store.update(_KIND, dict.fromkeys(before.keys() - notes.keys()))
        self._written = dict(notes)

    def _dump(self, note: Note) -> bytes:
        sentences = list(keep_sentences(note).items())
        parts = [digest_note(note), self.templates, dump_reading(note), dump_problems(self.own[note]), sentences]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")


def _key(path: PurePosixPath) -> bytes:
    return str(path).encode()


def digest_note(note: Note) -> str:
    """Return the digest of all that decides what is read of a note."""
    head = repr((str(note.path), note.marked_only, note.dialect)).encode()
    total = blake2b(head, digest_size=_SIZE)
    total.update(note.text.encode(errors="surrogatepass"))
    return total.hexdigest()
