"""Pictures, sound, films and documents, shown where they are embedded."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from zhixing.vault.note import AUDIO, PICTURES, VIDEO
from zhixing.vault.remote import Remote

Size = tuple[int, int]

_SHOWN = PICTURES | AUDIO | VIDEO | {".pdf"}
# A picture's alt text ends in its size: `weights|360`, `weights|360x200`, or is nothing but the size.
_SIZE = re.compile(r"(?:(.*)\|)?\s*([0-9]{1,5})(?:x([0-9]{1,5}))?\s*", re.DOTALL)
# A page, a height or a time; any other fragment of a file is a name for style sheets.
_HEIGHT = re.compile(r"\bheight=([0-9]{1,4})\b")
_FRAGMENT = re.compile(r"(?:page|height|width|t)=[0-9.,:]{1,40}", re.ASCII)
# Addresses of pages that authors embed like pictures, which Obsidian shows in a frame.
_WEB_PAGES = re.compile(
    r"https://(?:[a-z0-9-]+\.)?(?:youtube\.com|youtu\.be|youtube-nocookie\.com|twitter\.com|x\.com|vimeo\.com|bilibili\.com)"
    r"(?:[/?#]|\Z)|https://[^/?#]+/[^?#]*\.(?:html?|pdf)(?:[?#]|\Z)",
    re.IGNORECASE,
)


def is_shown(file: PurePosixPath) -> bool:
    """Return whether a page shows a file, rather than a link to it."""
    return file.suffix.lower() in _SHOWN


def fragment(parts: tuple[str, ...]) -> str:
    """Return what a link to a file says of where to open it (`page=3`, `t=30`), "" if nothing."""
    said = [part for whole in parts for part in whole.split("&") if _FRAGMENT.fullmatch(part)]
    return "&".join(said)


def picture_size(alt: str) -> tuple[str, Size]:
    """Split the size off a picture's alt text."""
    sized = _SIZE.fullmatch(alt.replace("\\|", "|"))
    return (sized[1] or "", (int(sized[2]), int(sized[3] or 0))) if sized else (alt, (0, 0))


def is_remote_media(address: str, remote: Remote) -> bool:
    """Return whether a page shows what is at an address of another host, rather than a link to it."""
    return remote.allows(address) and not _WEB_PAGES.match(address)


def is_file_name(alt: str) -> bool:
    """Return whether a picture's text is the name that a file happened to have (`image.png`)."""
    return PurePosixPath(alt).suffix.lower() in PICTURES


def player(source: str, alt: str, width: str = "", height: str = "", preload: str = "metadata") -> str:
    """Return the HTML that plays a sound or film or shows a document, "" for a picture.

    All of it is for attributes already: nothing in it is escaped here.
    """
    size = "".join(f' {name}="{value}"' for name, value in (("height", height), ("width", width)) if value)
    kind = "." + re.split("[?#]", source, maxsplit=1)[0].rpartition(".")[2].lower()
    if kind in VIDEO:
        return f'<video controls preload="{preload}" src="{source}"{size} aria-label="{alt}"></video>'
    if kind in AUDIO:
        return f'<audio controls preload="{preload}" src="{source}" aria-label="{alt}"></audio>'
    return _document(source, alt or source, size) if kind == ".pdf" else ""


def _document(source: str, name: str, size: str) -> str:
    """Return a document of the vault in a frame, with a link for browsers that show none there."""
    height = _HEIGHT.search(source.partition("#")[2])
    if height and "height" not in size:
        size += f' height="{height[1]}"'
    frame = f'<iframe src="{source}" title="{name}" loading="lazy"{size}></iframe>'
    return f'<span class="pdf">{frame}<a class="document" href="{source}">{name}</a></span>'
