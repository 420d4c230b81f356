"""The settings of a vault: read alike from mkdocs.yml, zhixing.yml and MkDocs; what is unclear about privacy hides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shell import zhixing
from zhixing.markdown.dialect import Dialect
from zhixing.markdown.yaml import PROJECT, read_yaml
from zhixing.problems import Code, Problem, Severity
from zhixing.source import Source, Span
from zhixing.vault.load import find_project, load_project
from zhixing.vault.remote import ALL_MEDIA, NO_EXTRAS, NO_REMOTE, Extras, Remote
from zhixing.vault.settings import KEYS, Settings, is_matched, read_settings, read_values


def read(text: str) -> Settings:
    source = Source("zhixing.yml", text)
    return read_settings(source, read_yaml(source, Span(0, len(text)), PROJECT)[0])


def told(settings: Settings) -> list[str]:
    return [str(problem) for problem in settings.problems]


def levels(settings: Settings, *problems: Problem) -> list[str]:
    return [f"{one.path} {one.code} {one.severity.value}" for one in settings.weigh(problems)]


ORPHAN = Problem("a.md", 1, 1, Code.ORPHAN, "x")
IN_FOLDER = Problem("日记/b.md", 1, 1, Code.ORPHAN, "x")


def test_nothing_set_changes_nothing() -> None:
    for text in ("", "language: en\n"):
        assert read(text) == Settings()
        assert read(text).weigh([ORPHAN]) == [ORPHAN]


CDN = Remote(every=False, hosts=frozenset({"cdn.example.org", "*.example.net"}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("problems: {orphan: off}", []),
        ("problems: {orphan: false}", []),
        ("problems: {orphan: error}", ["a.md orphan error", "日记/b.md orphan error"]),
        ("problems: {link-note: off}", ["a.md orphan information", "日记/b.md orphan information"]),
        ("problems: {日记/: {orphan: off}}", ["a.md orphan information"]),
        ("problems: {日记: {orphan: off}}", ["a.md orphan information"]),
        ("problems: {'*.md': {orphan: off}}", []),
        # A glob counts more than what holds everywhere, wherever it stands; of two globs the later one.
        ("problems:\n  日记: {orphan: warning}\n  orphan: off\n", ["日记/b.md orphan warning"]),
        ("problems:\n  日记: {orphan: warning}\n  '*': {orphan: off}\n", []),
    ],
)
def test_problems_are_as_serious_as_rules_make_them(text: str, found: list[str]) -> None:
    settings = read(text)

    assert told(settings) == []
    assert levels(settings, ORPHAN, IN_FOLDER) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("problms: {}", "1:1: config-invalid: There is no setting 'problms'. Did you mean 'problems'?"),
        ("problems: {orfan: off}", "1:12: config-invalid: There is no problem code 'orfan'. Did you mean 'orphan'?"),
        (
            "problems: {orphan: loud}",
            "1:20: config-invalid: This is no level for 'orphan'. Known: error, warning, info, off.",
        ),
        ("problems: {note-hidden: off}", "1:25: config-invalid: 'note-hidden' cannot be turned off. Write `info`."),
        (
            "problems: [orphan]",
            "1:11: config-invalid: The setting 'problems' is no mapping. Write a code and its level, `orphan: off`.",
        ),
        (
            "templates: maybe",
            "1:12: config-invalid: The setting 'templates' is neither `on` nor `off`. Write one of the two.",
        ),
        (
            "remote: {a: on}",
            "1:9: config-invalid: The setting 'remote' is none of its values."
            " Write `media`, `none`, or the hosts, `[cdn.example.org]`; until then it is `none`.",
        ),
        (
            "remote: [cdn.example.org, 'https://a.org']",
            "1:27: config-invalid: This is no name of a host. Write it alone, `cdn.example.org` or `'*.example.org'`.",
        ),
        (
            "properties: {a: on}",
            "1:13: config-invalid: The setting 'properties' is no list of names."
            " Write `[tags, author]`, `all` or `none`.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_at_its_place(text: str, message: str) -> None:
    assert told(read(text)) == [f"zhixing.yml:{message}"]
    assert not read(text).marked_only


def test_all_mistakes_are_told_at_once() -> None:
    assert len(told(read("problems: {orfan: off, link-nte: off}\ntemplates: x\nlangage: en\n"))) == 4


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("publish: all", False),
        ("publish: marked", True),
        ("publish: markd", True),
        ("publish: false", True),
        ("publish:", True),
        ("publish: [marked]", True),
        ("publish: !ENV X", True),
        ("publsh: marked", True),
        ("published: marked", True),
        ("publish: all\npublish: marked", True),
        ("publish: marked\npublish: all", True),
        ("just a text", True),
        ("[publish]", True),
    ],
)
def test_what_is_unclear_about_privacy_hides_and_says_so(text: str, marked: bool) -> None:
    settings = read(text)

    assert settings.marked_only == marked
    assert bool(settings.problems) == (text not in {"publish: all", "publish: marked"})


def test_mkdocs_hands_on_the_same_settings() -> None:
    text = "publish: marked\nproblems: {orphan: off, 甲: {link-stub: warning}}\nproperties: [Tags]\ntemplates: off\n"
    values = {
        "publish": "marked",
        "problems": {"orphan": False, "甲": {"link-stub": "warning"}},
        "properties": ["Tags"],
        "templates": False,
    }

    assert read_values("mkdocs.yml", values) == read(text) != Settings()
    assert told(read_values("mkdocs.yml", {"publsh": "marked"}))[0].startswith("mkdocs.yml:1:1: config-invalid: ")
    assert read_values("mkdocs.yml", {"publsh": "marked"}).marked_only


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("language: zh", ALL_MEDIA),
        ("remote: media", ALL_MEDIA),
        ("remote: none", NO_REMOTE),
        ("remote: []", NO_REMOTE),
        ("remote: [CDN.example.org, '*.example.net']", CDN),
        ("remote: off", NO_REMOTE),
        ("remote:", NO_REMOTE),
        ("remote: [https://a.org]", NO_REMOTE),
        ("remot: none", NO_REMOTE),
        ("remote: media\nremote: none", NO_REMOTE),
        ("[remote]", NO_REMOTE),
    ],
)
def test_what_is_unclear_about_other_hosts_asks_none(text: str, remote: Remote) -> None:
    assert read(text).remote == remote


@pytest.mark.parametrize(
    ("path", "glob", "matched"),
    [
        ("a/b.md", "a", True), ("a/b.md", "a/", True), ("a/b.md", "a/*", True), ("a/c/b.md", "a/**", True),
        ("ab/c.md", "a", False), ("b/a/c.md", "a", False), ("a.md", "A.md", False), ("a.md", "?.md", True),
    ],
)  # fmt: skip
def test_globs(path: str, glob: str, matched: bool) -> None:
    assert is_matched(path, glob) == matched


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


MKDOCS = "site_name: x\ndocs_dir: notes\nplugins:\n  - zhixing:\n      {settings}\n"
NOTES = {
    "开.md": "---\npublish: true\n---\n文\n",
    "不说.md": "文\n",
    "园.md": "---\ndg-publish: true\n---\n文\n",
    "关.md": "---\npublish: false\n---\n文\n",
    "草.md": "---\npublish: true\ndraft: true\n---\n文\n",
    "日.md": "---\npublished: 2024-01-01\n---\n文\n",
}


@pytest.mark.parametrize(("said", "shown"), [("all", {"开", "不说", "园", "日"}), ("marked", {"开", "园"})])
def test_only_what_says_so_is_published(tmp_path: Path, said: str, shown: set[str]) -> None:
    vault = write(tmp_path / "vault", {**NOTES, "zhixing.yml": f"publish: {said}\n"})

    loaded = load_project(find_project(vault))
    assert {note.name for note in loaded.notes.values() if note.published} == shown
    assert zhixing(vault, "export", "markdown", "../out").exit_code == 0
    assert {path.stem for path in (tmp_path / "out").glob("*.md")} - {"index"} == shown


def test_a_file_of_settings_that_cannot_be_read_hides(tmp_path: Path) -> None:
    vault = write(tmp_path, {**NOTES, "zhixing.yml": "publish: [\n"})

    loaded = load_project(find_project(vault))

    assert {note.name for note in loaded.notes.values() if note.published} == {"开", "园"}
    checked = zhixing(vault, "check")
    assert checked.exit_code == 1
    assert "zhixing.yml:1:10: config-invalid: This “[” is never closed." in checked.stdout


@pytest.mark.parametrize("place", ["mkdocs.yml", "notes/zhixing.yml"])
def test_check_follows_the_settings(tmp_path: Path, place: str) -> None:
    setting = "problems: {link-note: warning, orphan: off}"
    text = MKDOCS.format(settings=setting) if place == "mkdocs.yml" else f"{setting}\n"
    write(tmp_path, {"notes/甲.md": "见 [乙](乙.md)。\n", place: text})

    told = zhixing(tmp_path, "check", "--vault", "notes")

    assert told.exit_code == 0
    assert [line.split(": ")[1] for line in told.stdout.splitlines()] == ["link-note"]
    assert "0 errors, 1 warning, 0 for information" in told.stderr


def test_a_mistake_in_mkdocs_yml_is_an_error_at_its_place(tmp_path: Path) -> None:
    write(tmp_path, {"notes/甲.md": "文\n", "mkdocs.yml": MKDOCS.format(settings="problems: {orfan: off}")})

    told = zhixing(tmp_path, "check", "--quiet")

    assert told.exit_code == 1
    assert told.stdout == (
        "mkdocs.yml:5:18: config-invalid: There is no problem code 'orfan'. Did you mean 'orphan'?\n"
    )


def test_a_vault_may_hold_its_notes_to_no_template(tmp_path: Path) -> None:
    files = {"notes/甲.md": "---\ntype: concept\n---\n文\n", "templates/t.md": "---\ntype: concept\n---\n\n## 定义\n"}
    write(tmp_path, {**files, "mkdocs.yml": MKDOCS.format(settings="templates: on")})

    assert "section-missing" in zhixing(tmp_path, "check").stdout
    write(tmp_path, {"mkdocs.yml": MKDOCS.format(settings="templates: off")})
    assert "section-missing" not in zhixing(tmp_path, "check").stdout


def test_the_language_of_a_folder_without_mkdocs_yml(tmp_path: Path) -> None:
    assert find_project(write(tmp_path, {"zhixing.yml": "language: en\n"})).wording.tag == "en"
    assert find_project(tmp_path).settings == Settings(dialect=Dialect(siblings_first=True))


def test_problems_say_how_serious_they_are() -> None:
    (weighed,) = read("problems: {orphan: error}").weigh([ORPHAN])

    assert (ORPHAN.severity, weighed.severity) == (Severity.INFO, Severity.ERROR)


DOCS = Path(__file__).parent.parent.parent / "docs"
ENGLISH, CHINESE = ((DOCS / name).read_text(encoding="utf-8") for name in ("settings.md", "settings.zh.md"))
CODE = re.compile(r"(`+)([^`]+)\1")


def test_the_documentation_says_the_same_in_both_languages() -> None:
    fences = re.compile(r"^```\w+\n.*?^```$", re.MULTILINE | re.DOTALL)
    assert fences.findall(CHINESE) == fences.findall(ENGLISH)

    parts = [fences.sub("", text).split("\n## ") for text in (ENGLISH, CHINESE)]
    assert [sorted(CODE.findall(part)) for part in parts[1]] == [sorted(CODE.findall(part)) for part in parts[0]]
    rows = [re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE) for text in (ENGLISH, CHINESE)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_links_of_the_documentation_lead_somewhere(text: str) -> None:
    headings = {re.sub(r"\s", "-", heading.lower()) for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
    assert [name for name in re.findall(r"\]\(([\w.-]+\.md)", text) if not (DOCS / name).is_file()] == []


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_what_the_documentation_shows_is_read(tmp_path: Path, text: str) -> None:
    shown, alone = (block for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    write(tmp_path, {"mkdocs.yml": f"docs_dir: notes\n{shown}", "notes/a.md": "", "b/zhixing.yml": alone})

    project, settings = find_project(tmp_path), find_project(tmp_path, tmp_path / "b").settings
    assert project.wording.tag == "en"
    assert told(project.settings) == told(settings) == []
    assert project.settings.marked_only
    assert levels(project.settings, ORPHAN) == levels(settings, ORPHAN) == []
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(KEYS)


@pytest.mark.parametrize("said", ["", "plugins: [zhixing]\n", "plugins: [{zhixing: {language: en}}]\n"])
def test_what_is_inherited_may_hide_notes(tmp_path: Path, said: str) -> None:
    (tmp_path / "notes").mkdir()
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"INHERIT: ../base.yml\ndocs_dir: notes\n{said}", encoding="utf-8")

    settings = find_project(tmp_path).settings

    assert settings.marked_only
    assert told(settings) == [
        f"{config}:1:10: config-invalid: The file that is inherited here is not read, and it may say which notes are "
        "published. Write `publish: all` or `publish: marked` under the plugin here; until then it is `marked`."
    ]


def test_what_is_inherited_does_not_matter_where_publishing_is_set(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    text = "INHERIT: ../base.yml\ndocs_dir: notes\nplugins: [{zhixing: {publish: all}}]\n"
    (tmp_path / "mkdocs.yml").write_text(text, encoding="utf-8")

    assert find_project(tmp_path).settings == Settings(dialect=Dialect(siblings_first=True))


@pytest.mark.parametrize("text", ["", "frames: none", "html: clean", "policy: {}"])
def test_by_default_pages_hold_nothing_more(text: str) -> None:
    assert read(text).extras == NO_EXTRAS
    assert told(read(text)) == []


def test_what_else_pages_may_hold() -> None:
    text = (
        "frames: [player.example.org, '*.example.net']\nhtml: trusted\npolicy:\n"
        "  script-src: [https://a.example.org/lib/, scripts/b.js]\n  img-src: https://c.example.org\n"
    )
    found = read(text)
    assert told(found) == []
    assert found.extras == Extras(
        frames=Remote(every=False, hosts=frozenset({"player.example.org", "*.example.net"})),
        sources=(("script-src", ("https://a.example.org/lib/",)), ("img-src", ("https://c.example.org",))),
        scripts=frozenset({"scripts/b.js"}),
        trusted=True,
    )
    assert read_values("mkdocs.yml", {"frames": ["player.example.org"], "html": "trusted"}).extras.trusted


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("html: trustd", "zhixing.yml:1:7: config-invalid: The setting 'html' is none of its values. "
         "Did you mean 'trusted'?"),
        ("html: yes", "zhixing.yml:1:7: config-invalid: The setting 'html' is none of its values. "
         "Known: clean, trusted."),
        ("htlm: trusted", "zhixing.yml:1:1: config-invalid: There is no setting 'htlm'. Did you mean 'html'?"),
        ("addresses: quarz", "zhixing.yml:1:12: config-invalid: The setting 'addresses' is none of its values. "
         "Did you mean 'quartz'?"),
        ("frames: all", "zhixing.yml:1:9: config-invalid: The setting 'frames' is no list of hosts. "
         "Write the hosts, `[www.youtube-nocookie.com]`."),
        ("frames: [https://a.org]", "zhixing.yml:1:10: config-invalid: This is no name of a host. "
         "Write it alone, `cdn.example.org` or `'*.example.org'`."),
        ("policy: {script-scr: [a]}", "zhixing.yml:1:10: config-invalid: No sources can be added to 'script-scr'. "
         "Did you mean 'script-src'?"),
        ("policy: {frame-src: [a]}", "zhixing.yml:1:10: config-invalid: No sources can be added to 'frame-src'. "
         "Name the hosts of frames under `frames`."),
        ("policy: {script-src: \"'unsafe-inline'\"}", "zhixing.yml:1:22: config-invalid: This is no source that can be "
         "added to 'script-src'; keywords such as 'unsafe-inline' would let in scripts from anywhere. "
         "Write a host, `https://stats.example.org`, a place below one, or a hash, `'sha256-…'`."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_lets_nothing_in_and_is_said_at_its_place(text: str, what: str) -> None:
    found = read(text)
    assert told(found) == [what]
    assert found.extras == NO_EXTRAS
    assert found.addresses == ""
