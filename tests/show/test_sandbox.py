"""What a template may ask of values, however often and of however many kinds of them."""

from __future__ import annotations

import pytest
from jinja2.exceptions import SecurityError

from zhixing.show.templates import environment


@pytest.mark.parametrize("asked", ["one.__class__", "one._hidden", "many.append(1)", "one.mro()", "one['__class__']"])
def test_what_is_unsafe_stays_so_each_time(asked: str) -> None:
    template = environment().from_string(f"{{{{ {asked} }}}}")
    for _ in range(2):
        with pytest.raises(SecurityError):
            template.render(one=_One, many=[])


def test_an_attribute_that_is_safe_of_one_class_is_not_of_another() -> None:
    template = environment().from_string("{{ one.append }}")
    assert template.render(one=_One) == "text"
    with pytest.raises(SecurityError):
        template.render(one=[])


class _One:
    _hidden = "hidden"
    append = "text"
