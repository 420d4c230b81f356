"""Addresses as one page of the site sees them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import get_relative_url

from zhixing.portable.links import anchor
from zhixing.portable.tags import Tags
from zhixing.portable.targets import encode
from zhixing.vault.note import Link, Note
from zhixing.vault.resolve import Resolution


def is_shown(file: File) -> bool:
    """Tell whether everybody may see a file: it is neither excluded nor a draft."""
    return file.inclusion not in (InclusionLevel.EXCLUDED, InclusionLevel.DRAFT)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are, seen from the page at `url`; "" for what the site does not show."""

    files: Files
    tags: Tags
    url: str

    def file(self, path: PurePosixPath) -> str:
        """Return the address of a file of the vault."""
        file = self.files.get_file_from_path(str(path))
        return get_relative_url(file.url, self.url) if file and is_shown(file) else ""

    def note(self, note: Note) -> str:
        """Return a note's address."""
        return self.file(note.path)

    def tag(self, name: str) -> str:
        """Return the address of a tag's page."""
        tag = self.tags.find(name)
        return self.file(tag.path) if tag else ""

    def link(self, link: Link, resolution: Resolution) -> str:
        """Return where a resolved link leads, its heading or block included."""
        path = resolution.file or (resolution.note.path if resolution.note else None)
        address = self.file(path) if path else ""
        place = anchor(resolution, link)
        return f"{address}#{encode(place)}" if address and place else address
