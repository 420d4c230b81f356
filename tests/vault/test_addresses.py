"""Addresses of pages: from names of files, as in Quartz, or from notes; and which note gets one that two claim."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from small_vaults import vault_of
from zhixing.checks.names import check_names
from zhixing.vault.addresses import Addresses, find_addresses, quartz_address, read_permalink
from zhixing.vault.settings import Settings
from zhixing.vault.vault import Vault


def vault(setting: str, **notes: str) -> Vault:
    """Return a vault of notes with these permalinks; a name stands for a path, `__` in it for a space."""
    texts = {
        f"{name.replace('__', ' ')}.md": f"---\npermalink: {link}\n---\n" * bool(link) for name, link in notes.items()
    }
    return replace(vault_of(texts), settings=Settings(addresses=setting))


def found(one: Vault) -> dict[str, list[str]]:
    """Return the address of each note's page, and those that lead to it."""
    addresses: Addresses = find_addresses(one)
    return {
        str(path.with_suffix("")): [
            str(place.with_suffix("")) for place in (addresses.pages.get(path, path), *addresses.former.get(path, ()))
        ]
        for path in one.notes
    }


def told(one: Vault) -> list[str]:
    return [str(problem) for problem in check_names(one) if problem.code.slug == "address-refused"]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("Cell Biology/A & B.md", "Cell-Biology/A--and--B.md"),
        ("100% sure?.md", "100-percent-sure.md"),
        ("C#/a#b.md", "C/ab.md"),
        ("甲\u3000乙.md", "甲-乙.md"),
        ("Cafe\u0301.md", "Caf\u00e9.md"),
        ("v1.2 notes.md", "v1.2-notes.md"),
        ("a/index.md", "a/index.md"),
        ("a b/_index.md", "a-b/index.md"),
        ("a/b_index.md", "a/b_index.md"),
    ],
)
def test_addresses_as_quartz_gives_them(path: str, address: str) -> None:
    assert str(quartz_address(PurePosixPath(path))) == address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/about/me/", "about/me.md"),
        ("about", "about.md"),
        ("/", "index.md"),
        ("/%E7%94%B2/", "甲.md"),
        ("cafe\u0301", "caf\u00e9.md"),
        ("cafe%CC%81", "caf\u00e9.md"),
        ("100%", "100%.md"),
        ("a/b.c", "a/b.c.md"),
    ],
)
def test_a_permalink_names_a_page_below_the_site(written: str, address: str) -> None:
    assert str(read_permalink(written)) == address


@pytest.mark.parametrize(
    "written",
    [
        "../up", "/a/../b", "a/./b", "%2e%2e/up", "a%2f..%2fb", "//evil.org/a", "https://evil.org/a", "a//b",
        "\\\\evil", "javascript:alert(1)", "a?b", ".hidden/a", "a/.git", "a/b.", "assets/x", "Assets/x", "search",
        "/404/", "a.html", "feed.xml", "sitemap.xml.gz", "a\x00b", "a\u202eb\nc", "x" * 300, "/".join("a" * 20),
        "con:1", "a /b",
    ],
)  # fmt: skip
def test_what_no_page_can_be_called_is_refused(written: str) -> None:
    assert read_permalink(written) is None


def test_without_a_setting_only_permalinks_lead_to_a_page() -> None:
    assert found(vault("", a__b="/c/", d="../x")) == {"a b": ["a b", "c"], "d": ["d"]}
    assert told(vault("", a="../x", b="/a/")) == []
    assert find_addresses(vault("", a__b="")) == Addresses()


def test_each_address_leads_to_the_one_that_is_set() -> None:
    notes = {"a__b": "/c/", "d": ""}
    assert found(vault("files", **notes)) == {"a b": ["a b", "a-b", "c"], "d": ["d"]}
    assert found(vault("quartz", **notes)) == {"a b": ["a-b", "a b", "c"], "d": ["d"]}
    assert found(vault("permalink", **notes)) == {"a b": ["c", "a b", "a-b"], "d": ["d"]}


def test_the_page_of_a_file_keeps_its_own_address() -> None:
    one = vault("permalink", a="/b/", b="", c="/B")
    assert found(one) == {"a": ["a"], "b": ["b"], "c": ["c"]}
    assert told(one) == [
        "a.md:2:12: address-refused: The address 'b' is that of b.md too. Give one of them another.",
        "c.md:2:12: address-refused: The address 'B' is that of b.md too. Give one of them another.",
    ]


def test_a_readme_has_the_address_of_its_folder() -> None:
    one = vault("permalink", README="", a="/", b="/Index/")
    assert found(one) == {"README": ["README"], "a": ["a"], "b": ["b"]}
    assert [text.partition(". ")[0] for text in told(one)] == [
        "a.md:2:12: address-refused: The address 'index' is that of README.md too",
        "b.md:2:12: address-refused: The address 'Index' is that of README.md too",
    ]


def test_of_two_notes_that_claim_an_address_the_first_published_one_has_it() -> None:
    texts = {name: f"---\npermalink: x\npublish: {shown}\n---\n" for name, shown in
             (("a.md", "false"), ("b.md", "true"), ("c.md", "true"))}  # fmt: skip
    one = replace(vault_of(texts), settings=Settings(addresses="permalink"))
    assert found(one) == {"a": ["a"], "b": ["x", "b"], "c": ["c"]}
    assert [text.partition(". ")[0] for text in told(one)] == [
        "c.md:2:12: address-refused: The address 'x' is that of b.md too",
        "a.md:2:12: address-refused: The address 'x' is that of b.md too",
    ]


def test_a_file_beside_the_notes_has_its_address() -> None:
    texts = {"a.md": "---\npermalink: pictures/图.svg\n---\n", "pictures/图.svg": ""}
    assert told(replace(vault_of(texts), settings=Settings(addresses="files"))) == [
        "a.md:2:12: address-refused: The address 'pictures/图.svg' is that of pictures/图.svg too. "
        "Give one of them another."
    ]


def test_two_names_that_quartz_makes_one() -> None:
    one = vault("quartz", **{"a__b": "", "a-b": ""})
    assert found(one) == {"a b": ["a b"], "a-b": ["a-b"]}
    assert told(one) == [
        "a b.md:1:1: address-refused: The address 'a-b' is that of a-b.md too. Give one of them another."
    ]
    assert told(vault("files", **{"a__b": "", "a-b": ""})) == []


def test_what_a_permalink_cannot_be_is_said_at_its_place() -> None:
    assert told(vault("files", a="../x")) == [
        "a.md:2:12: address-refused: No page of the site can have the address '../x'. "
        "Write a path below the site's own address, `notes/first`."
    ]
