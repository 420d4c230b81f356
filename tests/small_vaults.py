"""Small vaults, from texts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from zhixing.markdown.dialect import OBSIDIAN, Dialect
from zhixing.source import Source
from zhixing.vault.note import Note, read_note
from zhixing.vault.settings import Settings
from zhixing.vault.vault import Vault

# A note's worked example, with a table and a figure.
DECLARED = """```yaml example
id: 水果
axes:
  键: [apple, banana]
given:
  s[键]: [log(0.6), log(0.4)]
compute:
  w[键]: softmax(s)
show:
  - table: [w]
  - heatmap: w
```
"""


def vault_of(texts: Mapping[str, str], dialect: Dialect = OBSIDIAN) -> Vault:
    """Return a vault of these files; those that do not end in .md are other files."""
    notes = {
        PurePosixPath(path): note(path, text, dialect) for path, text in sorted(texts.items()) if path.endswith(".md")
    }
    files = tuple(PurePosixPath(path) for path in sorted(texts) if not path.endswith(".md"))
    return Vault(Path("notes"), notes, files, settings=Settings(dialect=dialect))


def note(path: str, text: str, dialect: Dialect = OBSIDIAN) -> Note:
    return read_note(Source(path, text), PurePosixPath(path), dialect=dialect)
