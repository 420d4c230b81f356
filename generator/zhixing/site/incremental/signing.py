"""The signatures of a build: of its pages, and of what nearly all of them show."""

from __future__ import annotations

from mkdocs.structure.files import InclusionLevel
from mkdocs.utils import get_build_date

from zhixing.page.titles import title
from zhixing.site.incremental.changed import Digests, Signatures, digest
from zhixing.site.layout import Layout
from zhixing.site.nearby import Surroundings


def sign_pages(layout: Layout, around: Surroundings, digests: Digests) -> dict[str, bytes]:
    """Return the signature of everything that each page is made from."""
    vault, made = layout.vault, (layout.lists.pages, layout.sheets.pages)
    known = vault.edited.signatures if vault.edited else {}
    signatures = Signatures(vault.shown, around, vault.faults, vault.badge, digests, *made, known)
    pages = layout.files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
    return signatures.of_pages([file.src_uri for file in pages])


def sign_site(layout: Layout, *settings: object) -> bytes:
    """Return the signature of what nearly every page shows or depends on; `settings` are all that decide over pages."""
    private, words = layout.shown.private, layout.shown.vault.wording
    places = (f"{file.src_uri}>{file.dest_uri}>{file.url}>{file.inclusion}" for file in layout.files)
    titles = [part for path, note in layout.shown.vault.notes.items() for part in (path, title(note))]
    titles += [part for entry in layout.lists.titles.items() for part in entry]
    titles += [str(part) for one in layout.maps for part in (one.canvas, one.note)]
    hidden = (*sorted(map(str, private.files)), *sorted(private.names), *sorted(private.public))
    rest = (words.tag, layout.vault.faults is None, *settings)
    return digest([get_build_date(), *places, "titles", *titles, "private", *hidden, *rest])
