"""The words of each language, and an English vault in which the tool writes nothing in Chinese."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from string import Formatter

import pytest

from zhixing import compose
from zhixing.page.export import export
from zhixing.vault.load import ProjectError, find_project, load
from zhixing.wording.languages import choose_wording, find_wording, language_codes
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

VAULT = Path(__file__).parent.parent / "vaults" / "english"
HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
LANGUAGES = [wording for code in language_codes() if (wording := find_wording(code))]


def entries(wording: Wording, name: str) -> tuple[str, ...]:
    value = getattr(wording, name)
    if isinstance(value, Mapping):
        return (*value, *value.values())
    return value if isinstance(value, tuple) else (value,)


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_there_are_chinese_and_english() -> None:
    assert {"zh", "en"} <= set(language_codes())


@pytest.mark.parametrize("field", [field.name for field in fields(Wording)])
@pytest.mark.parametrize("wording", LANGUAGES, ids=lambda wording: wording.tag)
def test_every_language_says_everything(wording: Wording, field: str) -> None:
    own, chinese = entries(wording, field), entries(CHINESE, field)

    assert len(own) == len(chinese)
    if field != "sentence_end":  # a regular expression
        assert [names(text) for text in own] == [names(text) for text in chinese]
    assert [not text for text in own] == [not text for text in chinese]


@pytest.mark.parametrize("field", [field.name for field in fields(Wording) if field.name != "sentence_end"])
def test_english_words_are_not_chinese(field: str) -> None:
    english = find_wording("en")

    assert english
    assert not [text for text in entries(english, field) if HAN.search(text)]


@pytest.mark.parametrize(
    ("said", "theme", "tag"),
    [
        ("", "", "zh-Hans"),
        ("", "zh", "zh-Hans"),
        ("", "zh-TW", "zh-Hans"),
        ("", "zh_Hant", "zh-Hans"),
        ("", "en", "en"),
        ("", "fr", "en"),
        ("en", "zh", "en"),
        ("zh", "en", "zh-Hans"),
    ],
)
def test_the_plugin_goes_before_the_theme(said: str, theme: str, tag: str) -> None:
    assert choose_wording(said, theme).tag == tag


@pytest.mark.parametrize(
    ("config", "tag"),
    [
        ("site_name: x\n", "zh-Hans"),
        ("theme:\n  name: material\n", "zh-Hans"),
        ("theme: material\nplugins: [search, zhixing]\n", "zh-Hans"),
        ("theme:\n  name: material\n  language: en\n", "en"),
        ("theme:\n  language: zh\nplugins:\n  - search\n  - zhixing: {language: en}\n", "en"),
        ("plugins:\n  zhixing:\n    language: en\n", "en"),
        ("plugins:\n  - zhixing:\n      language: zh\ntheme:\n  language: en\n", "zh-Hans"),
    ],
)
def test_a_vault_says_its_language_in_mkdocs_yml(tmp_path: Path, config: str, tag: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(config, encoding="utf-8")

    assert find_project(tmp_path).wording.tag == tag
    assert find_project(tmp_path, tmp_path / "docs").wording.tag == tag


def test_a_language_without_words_is_refused(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: x\nplugins:\n  - zhixing: {language: fr}\n", encoding="utf-8")

    with pytest.raises(ProjectError) as error:
        find_project(tmp_path)

    assert str(error.value).endswith(
        "mkdocs.yml:3:1: config-invalid: There are no words in the language 'fr'. Known: en, zh."
    )


def test_an_english_vault_gets_no_chinese() -> None:
    project = find_project(VAULT)
    vault = load(project.notes, wording=project.wording)
    found = compose.results(vault)
    planned = compose.plan(vault, found)

    assert not [problem for problem in planned.problems if not problem.code.slug.endswith("-stale")]
    assert len(planned.changes) > 10
    assert [str(change.path) for change in planned.changes if HAN.search(change.after)] == []


def test_the_english_vault_shows_every_kind_of_word() -> None:
    """Each word of the English file is seen, so that the test above means something."""
    project = find_project(VAULT)
    vault = load(project.notes, wording=project.wording)
    text = "\n".join(change.after for change in compose.plan(vault, compose.results(vault)).changes)

    for word in ("otherwise", "quantity", "no.", "The source is wrong", "The source agrees", "does not hold"):
        assert word in text
    for word in ("Heat map of", "masked", "Plot of", "(log)", "drawn dashed", "(by ", 'xml:lang="en"'):
        assert word in text
    for word in ("rows left out", "columns left out", "zhixing generates this part", "Step 1", "Concept map", "None."):
        assert word in text


def test_exports_of_an_english_vault_have_no_chinese() -> None:
    project = find_project(VAULT)
    vault = load(project.notes, wording=project.wording)
    made = export(vault, compose.results(vault), lambda _done, _total: None)
    text = "\n".join(made.texts.values())

    assert [str(path) for path, text in made.texts.items() if HAN.search(text)] == []
    for word in ("Source: ", "These notes embed one another", "this note is not public", "does not have", "Tags"):
        assert word in text


@pytest.mark.slow
def test_the_site_of_an_english_vault_has_no_chinese(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(VAULT / "mkdocs.yml"), "-d", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    pages = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    text = "\n".join(pages.values())

    assert [str(path) for path, text in pages.items() if HAN.search(text)] == []
    for word in ("Linked from", "also called", "read first", "this note is not written yet", "Link to this section"):
        assert word in text
    for word in ("Back to reference 1", "Source: figures", "more properties", "there is no such file", "to review"):
        assert word in text


@pytest.mark.slow
@pytest.mark.parametrize(("language", "heading"), [("zh", "## 定义"), ("en", "## Definition")])
def test_a_new_note_of_each_language_runs(tmp_path: Path, language: str, heading: str) -> None:
    (tmp_path / "docs").mkdir()
    settings = f"site_name: x\nplugins:\n  - zhixing: {{language: {language}}}\n"
    (tmp_path / "mkdocs.yml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-c", "from zhixing.cli import main; main()"]
    for words in (["new", "Attention"], ["regenerate"], ["check"]):
        subprocess.run([*command, *words], cwd=tmp_path, check=True, capture_output=True)
    text = (tmp_path / "docs" / "Attention.md").read_text(encoding="utf-8")

    assert heading in text
    assert "12.69" in text
    assert (HAN.search(text) is None) is (language == "en")
