"""Where Obsidian's own templates lie: texts with `{{title}}` in them, which are no notes yet."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from zhixing.vault.files import read_inside

SETTINGS = PurePosixPath(".obsidian/templates.json")


def template_folder(root: Path) -> PurePosixPath | None:
    """Return the folder of a vault that its settings name for templates; None where they name none, or all of it.

    Source: Obsidian's help, "Templates", section "Set your template folder". Obsidian keeps the setting as `folder`.
    """
    try:
        settings = json.loads(read_inside(root, SETTINGS) or "")
    except (ValueError, RecursionError):
        return None
    written = settings.get("folder") if isinstance(settings, dict) else None
    if not isinstance(written, str):
        return None
    folder = PurePosixPath(*PurePosixPath(written.strip("/ ")).parts)
    hidden = any(part.startswith(".") for part in folder.parts)
    return folder if folder.parts and not hidden else None
