"""Material's templates with quicker ways to the same text in place of those that take most of the time.

The entries of the navigation are rendered once for a folder, a page's contents once for both places that show them,
and what all pages of one depth share (styles, scripts, settings, the footer's last line) once for these pages.
Parts of a template that differ from Material's are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

from jinja2 import BaseLoader, Environment
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from zhixing.site.navigation import Entries

_CONTENTS = '{% include "partials/toc.html" %}'
_CONTENTS_ONCE = f"{{% call render_contents_once(page) %}}{_CONTENTS}{{% endcall %}}"
# What of the templates says nothing of the page itself, but for how the site's files are reached from it.
_BLOCK = re.compile(r"{% block (styles|libs|fonts|analytics|config|scripts) %}(.*?){% endblock %}", re.DOTALL)
_HEAD = re.compile(
    r'{% for path in config\.extra_css %}.*?{% endfor %}\s*{% include "partials/javascripts/base\.html" %}', re.DOTALL
)
_INCLUDED_PART = re.compile(r'{% include "partials/(logo|copyright|social|javascripts/(?:palette|content))\.html" %}')


def _part_once(name: str, text: str) -> str:
    """Return what renders a part of a template once for all pages that see it alike."""
    return f'{{% call render_part_once("{name}", page, base_url) %}}{text}{{% endcall %}}'


_Replacement = str | Callable[[re.Match[str]], str]
_PART = (_INCLUDED_PART, lambda found: _part_once(found[1], found[0]))
_REPLACED: dict[str, list[tuple[re.Pattern[str], _Replacement]]] = {
    "base.html": [
        (re.compile(re.escape(_CONTENTS)), _CONTENTS_ONCE),
        (_BLOCK, lambda found: f"{{% block {found[1]} %}}{_part_once(found[1], found[2])}{{% endblock %}}"),
        (_HEAD, lambda found: _part_once("head", found[0])),
        _PART,
    ],
    "partials/header.html": [_PART],
    "partials/footer.html": [_PART],
    "partials/nav.html": [
        _PART,
        (
            re.compile(
                r"{% for nav_item in nav\.items %}\s*"
                r'{% set path = "__nav_" ~ loop\.index %}\s*{{ item\.render\(nav_item, path, 1\) }}\s*'
                r"{% endfor %}"
            ),
            '{{ render_entries(item.render, page, nav.items, none, "__nav", 1, none) }}',
        ),
    ],
    "partials/nav-item.html": [
        (
            re.compile(
                r"{% for item in nav_item\.children %}\s*{% if not index or item != index %}\s*"
                r'{{ render\(item, path ~ "_" ~ loop\.index, level \+ 1, nav_item\) }}\s*'
                r"{% endif %}\s*{% endfor %}"
            ),
            "{{ render_entries(render, page, nav_item.children, index, path, level + 1, nav_item) }}",
        ),
        (re.compile(re.escape(_CONTENTS)), _CONTENTS_ONCE),
    ],
}
_BASE, _LANGUAGE = "base.html", "partials/language.html"
_WORDS = f'{{% import "{_LANGUAGE}" as lang with context %}}'
_WORDS_ONCE = "{% set lang = find_words(config.theme.language) %}"
_FINDS_WORDS = re.compile(
    r'\s*(?:{#[^#]*#}\s*)?{% import "partials/languages/" ~ config\.theme\.language ~ "\.html" as lang %}\s*'
    r'{% import "partials/languages/en\.html" as fallback %}\s*'
    r"{% macro t\(key\) %}{{ lang\.t\(key\) or fallback\.t\(key\) or key }}{% endmacro %}\s*"
)
_TOC, _TOC_ITEM = "partials/toc.html", "partials/toc-item.html"
_INCLUDED = f'{{% include "{_TOC_ITEM}" %}}'
_CALLED = "{{ render_toc_item(toc_item) }}"


class Parts:
    """The parts of pages that say nothing of the page itself, by how the site's files are reached from it.

    Addresses are relative: pages of one depth see a file by the same address, except for a page in a folder of the same
    name as one that holds files. Such a page is known by its first folder, one in `folders`, as well.
    """

    def __init__(self, folders: frozenset[str] = frozenset()) -> None:
        self._folders = folders
        self._known: dict[tuple[str, str, str], str] = {}

    def render(self, name: str, page: Page | None, base_url: str, caller: Callable[[], str]) -> str:
        """Return a part of a page, which is called for once for all that see it alike."""
        if not page:
            return caller()
        first = page.url.partition("/")[0]
        key = (name, base_url, first if first in self._folders else "")
        if key not in self._known:
            self._known[key] = caller()
        return self._known[key]


class Contents:
    """The contents of the page that is rendered, kept from their first place on it to their second."""

    def __init__(self) -> None:
        self._kept: tuple[Page, str] | None = None

    def render(self, page: Page | None, caller: Callable[[], str]) -> str:
        """Return what the template called for, which is called once for both places."""
        kept, self._kept = self._kept, None
        if kept and kept[0] is page:
            return kept[1]
        text = caller()
        self._kept = (page, text) if page else None
        return text


class Words:
    """The theme's words by their keys: those of a language, else the English ones, else the keys.

    The theme's templates make a table of all words on each page, and again to find one of them.
    """

    def __init__(self, env: Environment, language: str) -> None:
        modules = (env.get_template(f"partials/languages/{name}.html").module for name in (language, "en"))
        self._tables: list[Callable[[str], str]] = [vars(module)["t"] for module in modules]
        self._known: dict[str, str] = {}

    def t(self, key: str) -> str:
        """Return the word of a key."""
        if key not in self._known:
            self._known[key] = next((word for table in self._tables if (word := table(key))), key)
        return self._known[key]


class _Loader(BaseLoader):
    """Loads a theme's templates, with quicker ways to the same text in place of those of Material that take long."""

    def __init__(self, theme: BaseLoader) -> None:
        self._theme = theme

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, file, is_current = self._theme.get_source(environment, template)
        for pattern, text in _REPLACED.get(template, ()):
            source = pattern.sub(text, source)
        if template == _BASE and _WORDS in source and self._finds_words(environment):
            source = source.replace(_WORDS, _WORDS_ONCE)
        if template == _TOC and _INCLUDED in source:
            item, *_ = self._theme.get_source(environment, _TOC_ITEM)
            source = _with_macro(source, item)
        return source, file, is_current

    def _finds_words(self, environment: Environment) -> bool:
        """Return whether the theme finds its words as `Words` does."""
        source, *_ = self._theme.get_source(environment, _LANGUAGE)
        return _FINDS_WORDS.fullmatch(source) is not None

    def list_templates(self) -> list[str]:
        return self._theme.list_templates()


def _with_macro(contents: str, item: str) -> str:
    """Return the template of a page's contents with that of an entry as a macro.

    A template that is included gets a copy of all that is known where it stands, for each entry once more.
    """
    macro = f"{{% macro render_toc_item(toc_item) %}}{item.removesuffix(chr(10))}{{% endmacro %}}"
    return f"{macro}{contents}".replace(_INCLUDED, _CALLED)


def render_once(env: Environment, files: Files, *, alone: bool) -> None:
    """Have a theme's templates render once what several pages of a site show alike.

    This is for Material; templates that differ from its own are left as they are. `alone` says that only this plugin
    and the theme decide what pages show: a part that another plugin changes may differ from page to page.
    """
    if env.loader is not None:
        forget_rendered(env, files, alone=alone)
        forget_contents(env)
        env.globals["find_words"] = cache(partial(Words, env))
        env.loader = _Loader(env.loader)


def forget_contents(env: Environment) -> None:
    """Have the contents of a page rendered anew, which may be a page of the last build with another text."""
    env.globals["render_contents_once"] = Contents().render


def forget_rendered(env: Environment, files: Files, *, alone: bool) -> None:
    """Have the parts of pages rendered anew, for a site of these files."""
    env.globals["render_entries"] = Entries(file.url for file in files.documentation_pages()).render
    folders = frozenset(file.url.partition("/")[0] for file in files if not file.is_documentation_page())
    env.globals["render_part_once"] = Parts(folders).render if alone else _render_each


def _render_each(_name: str, _page: Page | None, _base_url: str, caller: Callable[[], str]) -> str:
    return caller()
