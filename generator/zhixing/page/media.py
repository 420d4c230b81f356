"""Pictures, sound, films and documents, shown where they are embedded."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from zhixing.page import escape
from zhixing.vault.note import AUDIO, PICTURES, VIDEO

Size = tuple[int, int] | None

_SHOWN = PICTURES | AUDIO | VIDEO | {".pdf"}
# A picture's alt text ends in its size: `weights|360`, `weights|360x200`, or is nothing but the size.
_SIZE = re.compile(r"(?:(.*)\|)?\s*([0-9]{1,5})(?:x([0-9]{1,5}))?\s*", re.DOTALL)
# A page, a height or a time; any other fragment of a file is a name for style sheets.
_FRAGMENT = re.compile(r"(?:page|height|width|t)=[0-9.,:]{1,40}", re.ASCII)


def is_shown(file: PurePosixPath) -> bool:
    """Tell whether a page shows a file, rather than a link to it."""
    return file.suffix.lower() in _SHOWN


def fragment(parts: tuple[str, ...]) -> str:
    """Return what a link to a file says of where to open it (`page=3`, `t=30`), "" if nothing."""
    said = [part for whole in parts for part in whole.split("&") if _FRAGMENT.fullmatch(part)]
    return "&".join(said)


def picture(alt: str, destination: str, size: Size, *, attributes: bool) -> str:
    """Return a picture with its size as an attribute list, without it where readers know none."""
    names = dict(zip(("width", "height"), (size if attributes else None) or (), strict=False))
    sizes = " ".join(f'{name}="{value}"' for name, value in names.items() if value)
    return f"![{escape.plain(alt)}]({destination})" + (f"{{ {sizes} }}" if sizes else "")


def picture_size(alt: str) -> tuple[str, Size]:
    """Split the size off a picture's alt text."""
    sized = _SIZE.fullmatch(alt.replace("\\|", "|"))
    return (sized[1] or "", (int(sized[2]), int(sized[3] or 0))) if sized else (alt, None)
