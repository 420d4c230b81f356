"""Long lists of names, and many names that are nearly right, are checked in time that grows with their number."""

from __future__ import annotations

import pytest

from hostile import guard
from small_vaults import vault_of
from zhixing.compose import check, plan, results
from zhixing.problems import Problem


def problems_of(texts: dict[str, str]) -> list[Problem]:
    vault = vault_of(texts)
    found = results(vault)
    return list(check(vault, found, plan(vault, found), {}))


@pytest.mark.slow
@pytest.mark.parametrize("field", ["requires", "related"])
def test_a_property_of_thousands_of_links(field: str) -> None:
    links = ", ".join('"[[b]]"' for _ in range(10_000))
    missing = ", ".join(f'"[[m{number}]]"' for number in range(8_000))
    with guard():
        assert problems_of({"a.md": f"---\n{field}: [{links}]\n---\n", "b.md": "b\n"}) is not None
    with guard():
        assert problems_of({"a.md": f"---\n{field}: [{missing}]\n---\n", "b.md": "b\n"})


@pytest.mark.slow
def test_thousands_of_notes_that_require_one_another_in_a_circle() -> None:
    with guard():
        assert problems_of({f"n{n}.md": f'---\nrequires: ["[[n{(n + 1) % 3000}]]"]\n---\n' for n in range(3_000)})


@pytest.mark.slow
def test_broken_links_near_to_thousands_of_names() -> None:
    with guard():
        found = problems_of({f"n{n}.md": "".join(f"[[n{n + k}x]]\n" for k in range(4)) for n in range(3_000)})
    assert len(found) >= 12_000


@pytest.mark.slow
def test_broken_links_near_to_thousands_of_headings() -> None:
    with guard():
        found = problems_of({"a.md": "".join(f"# h{n}\n\n[[#h{n}x]]\n\n" for n in range(5_000))})
    assert len(found) >= 5_000
