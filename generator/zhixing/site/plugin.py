"""The MkDocs plugin: hooks and nothing else. It reads the vault and never writes into it."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, Template
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from zhixing.site.builder import SiteBuilder
from zhixing.site.config import PluginConfig, SiteSettings
from zhixing.site.empty import render_without_parser
from zhixing.site.files import STYLES, add_scripts
from zhixing.site.html import missing_page
from zhixing.site.incremental.browsers import Browsers
from zhixing.site.incremental.kept import builds_alone
from zhixing.site.incremental.rebuild import Rebuild
from zhixing.site.inputs import EmptyDocs, watch_real_folders
from zhixing.site.logs import PROGRESS, Teller, write_visibly
from zhixing.site.navigation import around
from zhixing.site.policy import Policies, with_reloading
from zhixing.site.search.box import begin_search
from zhixing.site.settings import TERMS, unused_settings
from zhixing.site.staging import Staging
from zhixing.site.templates import render_once
from zhixing.site.theme_files import pass_over_hidden_folders
from zhixing.vault.note import Note
from zhixing.wording.model import Wording

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

_TAG_LIST = re.compile(r"<!--\s*material/tags\b[^<>]*-->")
_log = get_plugin_logger("zhixing")
_SEARCH_REPLACED = (
    "The site has zhixing's own search. Remove the plugin 'search' from mkdocs.yml; it does nothing here."
)
_NO_ADDRESS = "site_url is not set in mkdocs.yml: the site gets no site map, no canonical addresses and no feed."


class ZhixingPlugin(BasePlugin[PluginConfig]):  # type: ignore[no-untyped-call]  # MkDocs types no __init_subclass__
    """Shows a vault of Obsidian notes as a site, its examples computed anew."""

    policies: Policies
    template: Template

    def __init__(self) -> None:
        super().__init__()
        self.teller = Teller(_log)
        self.docs = EmptyDocs()
        self.staging: Staging | None = None
        self.builder = SiteBuilder()
        self.is_unchanged = False

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Build beside the site that readers see, except where MkDocs serves a folder of its own.

        A plugin with this method is also kept between rebuilds: only what a save changed is computed.
        """
        is_served = command == "serve"
        self.staging = None if is_served or dirty else Staging()
        if not is_served:
            gc.disable()  # until the pages are written: reading a vault leaves hardly any garbage
        self.builder = SiteBuilder(is_served=is_served, is_dirty=dirty)

    @event_priority(-1000)
    def on_config(self, config: MkDocsConfig) -> None:
        """Add the styles and scripts, and log which settings cannot act on notes."""
        self.builder.incremental.start()
        self.teller.tell_once(unused_settings(config))
        if STYLES not in config.extra_css:
            config.extra_css.insert(0, STYLES)
        write_visibly()
        add_scripts(config)
        has_search, is_replaced = begin_search(config)
        self.builder.settings = SiteSettings(self.config, TERMS in config.markdown_extensions, has_search)
        if is_replaced:
            _log.info("%s", _SEARCH_REPLACED)
        if not config.site_url:
            _log.info("%s", _NO_ADDRESS)
        self.docs.hide(config)
        pass_over_hidden_folders(config.theme)
        if self.staging:
            self.staging.begin(config)

    @event_priority(100)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Load the vault and put in what it shows: what is published, and figures as they are drawn now.

        With `--dirty`, where nothing has changed since the last build, there are no files: MkDocs has nothing to build.
        """
        self.docs.show(config)
        self.builder.theme_files = tuple(files)
        self.is_unchanged = self.builder.is_unchanged(config)
        if self.is_unchanged:
            config.theme.static_templates.clear()
            return Files([])
        self.builder.load_vault(config)
        return self.builder.add_files(files, config)

    def on_nav(self, nav: Navigation, *, files: Files, config: MkDocsConfig) -> None:
        """Take the files as they are when every plugin has added and removed its own; call folders by their names."""
        if not self.is_unchanged:
            self.builder.take_navigation(nav, files, config)

    @event_priority(-1000)
    def on_env(self, env: Environment, *, files: Files, config: MkDocsConfig) -> None:
        """Take the theme's templates as every plugin has left them."""
        if self.is_unchanged:
            return
        render_once(env, files, alone=builds_alone(config))
        self.builder.env = env
        self.builder.pages.forget_embedded()
        if not self.builder.incremental.serving:
            # What is kept now lasts until the end: the garbage collector need not look at it. Each page leaves garbage.
            gc.freeze()
            gc.enable()
        self.policies = Policies(env, self.builder.vault.shown.vault.settings)

    def on_page_read_source(self, *, page: Page, **_: object) -> str | None:
        """Keep MkDocs from reading a note's frontmatter: its YAML reader has no bounds."""
        return "" if self._note(page) else None

    @event_priority(100)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
        """Take a note from MkDocs before any other plugin reads it: its page is made without the parser of MkDocs."""
        note, meta = self._note(page), self.builder.layout.meta(page.file)
        if meta is not None:
            page.meta = dict(meta)
        if note is not None:
            # Obsidian hides comments; the theme's own plugin for tags puts its list where one of them stood.
            markdown = "\n\n".join(_TAG_LIST.findall(note.source.text) if "material/tags" in config.plugins else [])
        if not markdown:
            render_without_parser(page)
        return markdown

    @event_priority(100)
    def on_page_content(self, content: str, *, page: Page, **_: object) -> str:
        """Give MkDocs a note's page, finished, and its table of contents."""
        PROGRESS.step()
        return self.builder.pages.write(page, content)

    @event_priority(-100)
    def on_page_context(self, context: TemplateContext, *, page: Page, nav: Navigation, **_: object) -> None:
        """Add a page's properties and backlinks: after searches have read it, which these say nothing new to."""
        context["nav"] = around(nav, self._words, self.builder.links)
        self.builder.pages.add_around(page)
        self.policies.trust_page(page, context)

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
        """Keep a page from running scripts of notes, and from asking other hosts for more than is set."""
        PROGRESS.step()
        return self.policies.add_to_page(self.builder.pages.finish(output, page, config), page)

    def on_pre_template(self, template: Template, **_: object) -> None:
        """Keep the template of a page that no file is behind, until its context is known."""
        self.template = template

    @event_priority(-1000)
    def on_template_context(self, context: TemplateContext, *, template_name: str, **_: object) -> None:
        """Find the theme's scripts in such a page, whose navigation ends as that of all others does."""
        if template_name.endswith(".html"):
            context["nav"] = around(context["nav"], self._words, self.builder.links)
            self.policies.trust_template(template_name, self.template, context)

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig, **_: object) -> str:
        """Keep pages that no file is behind, as that of addresses which lead nowhere, to the same."""
        if not template_name.endswith(".html"):
            return output
        if template_name == "404.html":
            output = missing_page(output, self._words, home=urlsplit(config.site_url or "/").path)
        return self.policies.add_to_template(self.builder.pages.add_search(output), template_name)

    @event_priority(-1000)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the search, and redirects at the notes' former names, after all others have written what is theirs."""
        if not self.is_unchanged:
            self.builder.finish(config)
        if self.staging:
            self.staging.finish(config)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[[], None]) -> None:
        """Build what a save changed; follow no links to folders; let the script run that MkDocs adds to pages."""
        server.builder = Rebuild(self.builder, builder, Browsers(server))
        # What the first build made lasts: looking for garbage among it would take longer than a build after a save.
        gc.collect()
        gc.freeze()
        from zhixing.site.watch import watch_closely  # noqa: PLC0415  # a build needs no server

        watch_closely(server)
        watch_real_folders(server, config.docs_dir)
        inject: Callable[[bytes, int], bytes] = server._inject_js_into_html

        def add(content: bytes, epoch: int) -> bytes:
            return with_reloading(inject(content, epoch))

        server._inject_js_into_html = add  # type: ignore[method-assign]  # MkDocs has no hook for what it adds

    def on_build_error(self, **_: object) -> None:
        """Remove what was built; the old site stays, and of one that is served nothing is known."""
        PROGRESS.clear()
        self.builder.incremental.forget_builds()
        if self.staging:
            self.staging.discard()

    def on_shutdown(self) -> None:
        """Remove what an interrupted build left, and the empty folder."""
        gc.enable()
        self.builder.incremental.close()
        self.docs.close()
        if self.staging:
            self.staging.discard()

    @property
    def _words(self) -> Wording:
        return self.builder.vault.shown.vault.wording

    def _note(self, page: Page) -> Note | None:
        """Return the note that a page is of."""
        return self.builder.vault.shown.note(page.file.src_uri)
