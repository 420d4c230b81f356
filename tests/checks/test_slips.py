"""Slips in the names of properties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhixing.checks.names import one_slip

WORDS = st.text("abc", max_size=5)


@given(WORDS, WORDS)
def test_one_slip_is_one_step_of_typing(written: str, meant: str) -> None:
    places = range(len(meant) + 1)
    slips = {meant}
    slips |= {meant[:i] + meant[i + 1 :] for i in places}
    slips |= {meant[:i] + letter + meant[i + width :] for i in places for letter in "abc" for width in (0, 1)}
    slips |= {meant[:i] + meant[i + 1 : i + 2] + meant[i : i + 1] + meant[i + 2 :] for i in places}
    assert one_slip(written, meant) == (written in slips)


def test_other_words_are_no_slips() -> None:
    for slip, meant in [("alises", "aliases"), ("tilte", "title"), ("require", "requires"), ("staus", "status")]:
        assert one_slip(slip, meant)
    for word, meant in [("state", "status"), ("created", "related"), ("publish", "published"), ("documents", "date")]:
        assert not one_slip(word, meant)
