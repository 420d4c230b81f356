"""The vault of a site, read for each build; what has not changed since the last one is taken from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zhixing.compose import Memory
from zhixing.page.faults import Faults
from zhixing.site.faults import badge
from zhixing.site.incremental.edited import Edited, EditedTexts
from zhixing.site.incremental.kept_notes import KeptNotes
from zhixing.site.live import LiveExample, live_data
from zhixing.site.nearby import Surroundings
from zhixing.site.shown import Shown, is_large, show
from zhixing.site.state import StateNotes
from zhixing.vault.load import Project, Stamps
from zhixing.vault.note import Note
from zhixing.vault.store import INDEX, open_store
from zhixing.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class LoadedVault:
    """A vault as a build read it.

    `edited` is what was known of it where only texts were edited since another build. `faults` are the problems that
    pages show, None in a strict build, which fails on them. `live` are the examples that readers may change. With
    `is_late`, the page of a note is made when it is written, so that few readings are held at a time.
    """

    shown: Shown
    edited: Edited | None
    faults: Faults | None
    live: Mapping[str, LiveExample]
    is_served: bool
    is_late: bool

    def badge(self, note: Note) -> str:
        """Return what lists say of a note that has problems, while the site is served; "" for no problems."""
        faults = self.faults if self.is_served else None
        return badge(faults.count(note), self.shown.vault.wording) if faults else ""


@dataclass
class VaultReader:
    """Reads a vault for each build of a process. Unless it serves, it writes each page once, so it may drop readings.

    `state_notes` is what the page of the state says of notes.
    """

    is_served: bool = False
    is_dirty: bool = False
    state_notes: StateNotes = field(default_factory=StateNotes)
    _memory: Memory | None = None
    _kept_notes: KeptNotes = field(default_factory=KeptNotes)
    _edited_texts: EditedTexts = field(default_factory=EditedTexts)
    _previous: Vault | None = None
    _stamps: Stamps = field(default_factory=dict)

    def survey(self, project: Project, settings: Iterable[object]) -> bytes:
        """Return a digest of all that a site is made of, b"" where it is unknown; `settings` are those of the site."""
        self._open_memory(project)
        return self._edited_texts.survey(project, settings)

    def read(self, project: Project, *, strict: bool, builds_alone: bool) -> LoadedVault:
        """Return the vault of a project."""
        shown, edited = self._show(project, self._open_memory(project))
        is_late = not self.is_served and is_large(shown.vault) and builds_alone
        self._previous = shown.vault
        # A strict build fails on its problems; other builds show them to their readers.
        faults = None if strict else Faults.of(shown.found, to_author=self.is_served)
        live = live_data(shown.results, shown.public.notes.values())
        return LoadedVault(shown, edited, faults, live, self.is_served, is_late)

    def _open_memory(self, project: Project) -> Memory:
        if self._memory is None:
            store = open_store(project.notes, INDEX)
            self._memory = Memory(store)
            self._kept_notes = KeptNotes(store if self.is_served or self.is_dirty else None)
            self.state_notes.store = store if self.is_served else None
            self._edited_texts = EditedTexts(store if self.is_dirty and not self.is_served else None)
        return self._memory

    def _show(self, project: Project, memory: Memory) -> tuple[Shown, Edited | None]:
        """Return the vault: read as a whole, or where only texts were edited, what these edits change."""
        edited = self._edited_texts.find(project, self._kept_notes, memory)
        if edited:
            return edited.shown, edited
        known = (self._previous, self._stamps, self._kept_notes)
        given = (project.notes, project.templates, memory, project.wording, project.settings)
        return show(*given, *known, condense=not self.is_served), None

    def is_as_surveyed(self, vault: Vault) -> bool:
        """Return whether the notes that were read of a vault are those that the survey found."""
        return self._edited_texts.is_as_surveyed(vault)

    def keep_runs(self) -> None:
        """Keep the results of examples for other processes."""
        if self._memory:
            self._memory.save()

    def keep_notes(self, vault: Vault) -> Iterator[None]:
        """Keep what was read of notes for other processes; yield between steps."""
        yield from self._kept_notes.save(vault)
        self.state_notes.save()

    def keep_site(self, shown: Shown, around: Surroundings, signatures: Mapping[str, bytes]) -> None:
        """Keep what another process asks of a site to find that only texts were edited."""
        self._edited_texts.save(shown, around, signatures)
