"""What several pages show alike is rendered once, and is what each page would have rendered itself."""

from __future__ import annotations

import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page

from zhixing.site.templates import Contents, Parts, Words, render_once

# Two pages stand in a folder that holds files of the theme, two at the top, two below.
_PAGES = ["index.md", "a.md", "b.md", "assets/c.md", "assets/d.md", "f/assets.md", "f/g/e.md", "f/g/h.md"]
_FILES = ["assets/zhixing/zhixing.css", "own/a.css", "own/b.js", "logo.png"]


def _pages(*names: str) -> list[Page]:
    """Return pages at the top of a site or in folders."""
    config = _settings(directories=True)
    return [Page("x", File(name, "docs", "site", use_directory_urls=True), config) for name in names]


def _settings(*, directories: bool) -> MkDocsConfig:
    config = MkDocsConfig()
    config.load_dict(
        {
            "site_name": "站点 <x>",
            "docs_dir": "docs",
            "use_directory_urls": directories,
            "copyright": "© <b>x</b>",
            "extra": {
                "analytics": {"provider": "google", "property": "G-1"},
                "social": [{"icon": "material/account", "link": "/x"}],
            },
            "extra_css": ["assets/zhixing/zhixing.css", "own/a.css"],
            "extra_javascript": ["own/b.js", "https://example.org/c.js"],
            "theme": {
                "name": "material",
                "logo": "logo.png",
                "favicon": "own/icon.png",
                "icon": {"admonition": {"note": "material/alert"}},
                "palette": [{"scheme": "default"}],
            },
        }
    )
    config.validate()
    return config


def _render(*, directories: bool, alone: bool, quick: bool) -> list[str]:
    """Return every page of a small site as Material renders it."""
    config = _settings(directories=directories)
    files = Files([File(name, "docs", "site", use_directory_urls=directories) for name in (*_PAGES, *_FILES)])
    nav = get_navigation(files, config)
    env = config.theme.get_env()
    if quick:
        render_once(env, files, alone=alone)
    return [_render_page(page, env, get_context(nav, files, config, page)) for page in nav.pages]


def _render_page(page: Page, env: Environment, context: object) -> str:
    page.meta, page.content = {"title": page.url}, f"<h1>{page.url}</h1>"
    page.active = True
    written = env.get_template("main.html").render(context)
    page.active = False
    # Entries of the navigation stand without blank lines between them.
    return "\n".join(line.strip() for line in written.split("\n") if line.strip())


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("directories", [True, False])
def test_pages_with_parts_rendered_once_are_those_that_the_theme_renders(*, directories: bool, alone: bool) -> None:
    quick = _render(directories=directories, alone=alone, quick=True)
    assert quick == _render(directories=directories, alone=alone, quick=False)
    assert len({page.count("own/b.js") for page in quick}) == 1


def test_a_part_is_rendered_once_for_pages_that_reach_files_alike() -> None:
    rendered: list[str] = []

    def show(page: Page) -> str:
        def render() -> str:
            rendered.append(page.url)
            return f"as seen from {page.url}"

        return parts.render("styles", page, "../" * page.url.count("/"), render)

    parts = Parts(frozenset({"assets"}))
    pages = _pages("a.md", "b.md", "f/c.md", "g/d.md", "assets/e.md", "assets/f.md")
    shown = {page.url: show(page) for page in pages}
    assert rendered == [page.url for page in pages if shown[page.url] == f"as seen from {page.url}"]
    assert sorted(rendered) == ["a/", "assets/e/", "f/c/"]
    assert shown["g/d/"] == "as seen from f/c/"


def test_a_page_that_no_file_is_behind_is_rendered_itself() -> None:
    texts = iter(["one", "two"])
    assert [Parts().render("styles", None, "/", lambda: next(texts)) for _ in "ab"] == ["one", "two"]


def test_contents_are_rendered_once_for_both_places_of_a_page() -> None:
    first, second = _pages("a.md", "b.md")
    texts = iter(["contents of a", "contents of b", "without a page", "without a page"])
    contents = Contents()
    shown = [contents.render(page, lambda: next(texts)) for page in (first, first, second, second, None, None)]
    assert shown == ["contents of a"] * 2 + ["contents of b"] * 2 + ["without a page"] * 2


def test_a_word_of_the_theme_is_that_of_its_language_else_the_english_one_else_its_key() -> None:
    tables = {"de": '{"search": "Suche"}', "en": '{"search": "Search", "next": "Next"}'}
    templates = {
        f"partials/languages/{name}.html": f"{{% macro t(key) %}}{{{{ {table}[key] }}}}{{% endmacro %}}"
        for name, table in tables.items()
    }
    words = Words(Environment(loader=DictLoader(templates)), "de")  # noqa: S701  # words are plain text
    assert [words.t(key) for key in ("search", "next", "x") * 2] == ["Suche", "Next", "x"] * 2


_OWN_WORDS = "{% macro t(key) %}<{{ key }}>{% endmacro %}"


@pytest.mark.parametrize("own", ["", _OWN_WORDS], ids=["theme", "own"])
def test_words_that_a_site_finds_in_another_way_are_left_to_it(own: str) -> None:
    config = _settings(directories=True)
    files = Files([File("index.md", "docs", "site", use_directory_urls=True)])
    (page,) = get_navigation(files, config).pages
    env = config.theme.get_env()
    assert env.loader is not None
    if own:
        env.loader = ChoiceLoader([DictLoader({"partials/language.html": own}), env.loader])
    render_once(env, files, alone=True)
    written = _render_page(page, env, get_context(get_navigation(files, config), files, config, page))
    assert ("<header>" in written) == bool(own)
