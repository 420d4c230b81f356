"""The MkDocs plugin: hooks and nothing else. It reads the vault and never writes into it."""

from __future__ import annotations

import logging
from typing import Any, Literal

from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from zhixing.problems import Problem, Severity
from zhixing.site import html
from zhixing.site.assets import add_assets, add_figures, needs_mermaid, STYLES, with_mermaid
from zhixing.site.markdown import with_extensions
from zhixing.site.math import title_with_mathml
from zhixing.site.shown import Shown, show

_log = get_plugin_logger("zhixing")
_LEVELS = {Severity.ERROR: logging.WARNING, Severity.WARNING: logging.WARNING, Severity.INFO: logging.DEBUG}


class ZhixingPlugin(BasePlugin[Config]):
    """Shows a vault of Obsidian notes, their examples computed anew, as a site."""
