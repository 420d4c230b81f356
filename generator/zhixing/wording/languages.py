"""Which languages there are: each file of this folder that holds a `WORDING` is one."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

_FOLDER = Path(__file__).parent
_OTHERS = frozenset({"__init__", "languages", "model"})
INTERNATIONAL = "en"
"""The language of a vault whose own is not among these."""


@cache
def language_codes() -> tuple[str, ...]:
    """Return the codes of the languages there are, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.py") if file.stem not in _OTHERS))


def find_wording(code: str) -> Wording | None:
    """Return the words of a language: of `zh-TW` or `zh_TW` those of `zh`; None where there are none."""
    known = code.replace("_", "-").partition("-")[0].lower()
    if known not in language_codes():
        return None
    wording: Wording = import_module(f"{__package__}.{known}").WORDING
    return wording


def choose_wording(said: str, theme: str) -> Wording:
    """Return the words for a vault: in the language that it says, else in its theme's, else in Chinese.

    A language without a file of its own gives English.
    """
    code = said or theme
    return find_wording(code) or import_module(f"{__package__}.{INTERNATIONAL}").WORDING if code else CHINESE
