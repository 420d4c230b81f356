"""Every text of a figure can be read, in the light scheme and in the dark one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhixing.show.svg import DARK, LEAST_CONTRAST, LIGHT, Theme, contrast, mix, text_on_cell

COLOURS = {"black": "#000000", "white": "#ffffff"}


@settings(deadline=None)
@given(st.floats(0, 1), st.booleans())
def test_a_number_can_be_read_on_a_cell_of_any_colour(opacity: float, negative: bool) -> None:
    light, _, dark = text_on_cell(opacity, negative=negative).partition("-")
    for theme, colour in ((LIGHT, light), (DARK, dark or light)):
        cell = mix(theme.base, theme.negative if negative else theme.positive, opacity)
        assert contrast(cell, COLOURS[colour]) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_inks_and_curves_stand_out_from_the_ground(theme: Theme) -> None:
    assert contrast(theme.ink, theme.ground) >= 7
    assert contrast(theme.muted, theme.ground) >= LEAST_CONTRAST
    # WCAG 2.2, 1.4.11: what is drawn needs 3.
    assert all(contrast(colour, theme.ground) >= 3 for colour in (*theme.series, theme.positive, theme.negative))
    assert contrast(theme.line, theme.ground) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("sign", ["positive", "negative"])
def test_more_is_always_further_from_the_base(theme: Theme, sign: str) -> None:
    shades = [contrast(mix(theme.base, getattr(theme, sign), step / 20), theme.base) for step in range(21)]

    assert shades == sorted(shades)
    assert len(set(shades)) == 21


def test_contrast_of_black_and_white_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
