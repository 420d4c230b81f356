"""What other pages quote of a note is kept when its reading is dropped."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from small_vaults import vault_of
from zhixing.page.read import forget_reading
from zhixing.site.head import keep_sentences, sentence


def test_a_page_quotes_a_note_whose_reading_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    note = vault_of({"a.md": "前一句。看 [[b]] 与 $x$ 的定义。后一句。\n", "b.md": "文\n"}).notes[PurePosixPath("a.md")]
    quoted = sentence(note, note.links[0])
    assert "<b>b</b>" in quoted
    keep_sentences(note)
    forget_reading(note)
    monkeypatch.setattr("zhixing.markdown.reading.scan", lambda *_: pytest.fail("the note is read again"))
    assert sentence(note, note.links[0]) == quoted


def test_the_sentence_around_a_link_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    note = vault_of({"a.md": "看 [[b]] 的定义。\n", "b.md": "文\n"}).notes[PurePosixPath("a.md")]
    quoted = sentence(note, note.links[0])
    monkeypatch.setattr("zhixing.site.head._read_sentence", lambda *_: pytest.fail("the sentence is read again"))
    assert sentence(note, note.links[0]) == quoted
    assert keep_sentences(note) == {note.links[0].span.start: quoted}
