"""What the owner of a vault has set: the plugin's settings in mkdocs.yml, or the file zhixing.yml where there is none.

A setting that cannot be read is a problem. Where it says who may see notes, only notes that say so are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from zhixing.markdown.dialect import OBSIDIAN, Dialect
from zhixing.markdown.yaml import PROJECT, Node, Scalar, Sequence, read_yaml
from zhixing.markdown.yaml import Mapping as YamlMapping
from zhixing.problems import Code, Problem, Severity, did_you_mean
from zhixing.source import Source, Span
from zhixing.vault.remote import (
    ALL_MEDIA,
    DIRECTIVES,
    NO_EXTRAS,
    NO_REMOTE,
    Extras,
    Remote,
    is_host,
    is_script_file,
    is_source,
)

KEYS = (
    *("addresses", "frames", "html", "language", "policy", "publish", "problems", "properties", "remote", "templates"),
)
# Which addresses the pages of notes have.
FILES, QUARTZ, PERMALINK = "files", "quartz", "permalink"
ADDRESSES = (FILES, QUARTZ, PERMALINK)
# How authors' HTML is treated.
CLEAN, TRUSTED = "clean", "trusted"
HTML = (CLEAN, TRUSTED)
_CODES = {code.slug: code for code in Code}
# MkDocs hands on `off` and `on` as truth values.
_OFF, _ON = frozenset({"off", "false", "no"}), frozenset({"on", "true", "yes"})
LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "off": None}
_NOT_OFF = frozenset({Code.CONFIG_INVALID, Code.NOTE_HIDDEN})
"""Who turns these off would not learn that a setting is not read, or why a note is missing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How serious a kind of problem is in the notes of a glob; `level` is None where it is not to be reported."""

    code: Code
    level: Severity | None
    glob: str = ""

    def covers(self, problem: Problem) -> bool:
        """Return whether a problem is of this kind and stands in these notes."""
        return problem.code is self.code and (not self.glob or is_matched(problem.path, self.glob))


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set for a vault; the defaults are those of a vault that sets nothing.

    `marked_only` says that only notes are published that say so. `properties` are those that stand on a page, None
    for all. `remote` is what of other hosts pages show, `extras` what else they may hold. `addresses` says which
    addresses pages have, "" where nothing is set: those of files, without redirects from the addresses of Quartz.
    `problems` are those of the settings themselves. `dialect` is what mkdocs.yml says of the vault's Markdown.
    """

    marked_only: bool = False
    rules: tuple[Rule, ...] = ()
    properties: frozenset[str] | None = None
    templates: bool = True
    remote: Remote = ALL_MEDIA
    addresses: str = ""
    extras: Extras = NO_EXTRAS
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    dialect: Dialect = OBSIDIAN
    has_site: bool = field(default=False, compare=False)
    """Whether the vault is that of a mkdocs.yml, so that it has a site."""

    def weigh(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return problems as serious as rules make them, without those that are turned off; the last rule counts."""
        if not self.rules:
            return [*problems]
        weighed = []
        for problem in problems:
            rule = next((rule for rule in reversed(self.rules) if rule.covers(problem)), None)
            if rule is None:
                weighed.append(problem)
            elif rule.level is not None:
                weighed.append(replace(problem, level=rule.level))
        return weighed

    def shows(self, key: str) -> bool:
        """Return whether a property stands on a page."""
        return self.properties is None or key.lower() in self.properties


DEFAULT = Settings()
CLOSED = Settings(marked_only=True, remote=NO_REMOTE)
"""The settings where they cannot be read."""


def is_matched(path: str, glob: str) -> bool:
    """Return whether a path is that of a glob, or lies in the folder that it names; `*` stands for `/` too."""
    folder = glob.rstrip("/")
    return fnmatchcase(path, glob) or path == folder or path.startswith(f"{folder}/")


def read_settings(source: Source, node: Node | None) -> Settings:
    """Return the settings in a mapping; `problems` are those of what cannot be read there."""
    reader = _Reader(source)
    if node is None or (isinstance(node, Scalar) and not node.text):
        return DEFAULT
    if not isinstance(node, YamlMapping):
        reader.refuse(node, "The settings are no mapping", f"Write `key: value`; known: {', '.join(KEYS)}")
        return replace(CLOSED, problems=tuple(reader.problems))
    settings = Settings(
        marked_only=reader.read_marked_only(node),
        rules=tuple(reader.read_rules(node.get("problems"))),
        properties=reader.read_names(node.get("properties")),
        templates=reader.read_switch(node.get("templates"), "templates"),
        remote=reader.read_remote(node),
        addresses=reader.read_choice(node.get("addresses"), "addresses", ADDRESSES),
        extras=reader.read_extras(node),
    )
    # Reading fills the list of problems.
    return replace(settings, problems=tuple(reader.problems))


def read_values(path: str, values: Mapping[str, object]) -> Settings:
    """Return the settings that MkDocs read in the file at a path; their problems have no place there."""
    source = Source(path, json.dumps(values, ensure_ascii=False, default=str))
    node, problems = read_yaml(source, Span(0, len(source.text)), PROJECT)
    settings = read_settings(source, node) if not problems else replace(CLOSED, problems=tuple(problems))
    return replace(settings, problems=tuple(replace(one, line=1, column=1) for one in settings.problems))


class _Reader:
    """Reads settings; `problems` are those of what could not be read so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def refuse(self, node: Node, what: str, fix: str) -> None:
        self.problems.append(self.source.problem(Code.CONFIG_INVALID, node.span, what, fix))

    def read_marked_only(self, node: YamlMapping) -> bool:
        """Return whether only notes are published that say so, also where that cannot be told."""
        doubtful = [key for key in (*(key for key, _ in node.items), *node.repeated) if key.text not in KEYS]
        doubtful += node.repeated
        for key in doubtful:
            near = did_you_mean(key.text, KEYS) or f"Known: {', '.join(KEYS)}"
            twice = key in node.repeated
            what = f"The setting {key.text!r} stands twice" if twice else f"There is no setting {key.text!r}"
            self.refuse(key, what, "Keep one of the two" if twice else near)
        said = node.get("publish")
        if isinstance(said, Scalar) and said.text in {"all", "marked"} and not said.tag:
            return said.text == "marked" or "publish" in {key.text for key in doubtful}
        if said is not None:
            fix = "Write `all`, or `marked` to publish only notes with `publish: true`; until then it is `marked`"
            self.refuse(said, "The setting 'publish' is neither `all` nor `marked`", fix)
        # A key that is nearly `publish` may be meant to hide notes.
        return said is not None or any("publish" in did_you_mean(key.text, ["publish"]) for key in doubtful)

    def read_rules(self, node: Node | None) -> list[Rule]:
        """Return how serious kinds of problems are: in all notes, and after that in the notes of each glob."""
        if node is None:
            return []
        if not isinstance(node, YamlMapping):
            self.refuse(node, "The setting 'problems' is no mapping", "Write a code and its level, `orphan: off`")
            return []
        everywhere = [(key, value, "") for key, value in node.items if not isinstance(value, YamlMapping)]
        inside = [
            (*rule, key.text) for key, value in node.items if isinstance(value, YamlMapping) for rule in value.items
        ]
        rules = [self._read_rule(*rule) for rule in (*everywhere, *inside)]
        return [rule for rule in rules if rule is not None]

    def _read_rule(self, key: Scalar, value: Node, glob: str) -> Rule | None:
        """Return the rule that a code and a level are; None, and a problem, where they are none."""
        code = _CODES.get(key.text)
        level = value.text.lower() if isinstance(value, Scalar) else ""
        level = "off" if level in _OFF else level
        if code is None:
            near = did_you_mean(key.text, _CODES) or "`zhixing check` prints the codes of problems"
            self.refuse(key, f"There is no problem code {key.text!r}", near)
        elif level not in LEVELS:
            self.refuse(value, f"This is no level for {key.text!r}", f"Known: {', '.join(LEVELS)}")
        elif level == "off" and code in _NOT_OFF:
            self.refuse(value, f"{key.text!r} cannot be turned off", "Write `info`")
        else:
            return Rule(code, LEVELS[level], glob)
        return None

    def read_names(self, node: Node | None) -> frozenset[str] | None:
        """Return the properties that are to stand on a page, None for all."""
        if node is None or (isinstance(node, Scalar) and node.text == "all"):
            return None
        if isinstance(node, Scalar) and node.text == "none":
            return frozenset()
        if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items):
            return frozenset(item.text.lower() for item in node.items if isinstance(item, Scalar))
        self.refuse(node, "The setting 'properties' is no list of names", "Write `[tags, author]`, `all` or `none`")
        return frozenset()

    def read_remote(self, node: YamlMapping) -> Remote:
        """Return what of other hosts pages show: nothing where that cannot be told."""
        said = node.get("remote")
        doubtful = [*node.repeated, *(key for key, _ in node.items if key.text not in KEYS)]
        if any("remote" in did_you_mean(key.text, ["remote"]) for key in doubtful):
            return NO_REMOTE
        if said is None:
            return ALL_MEDIA
        if isinstance(said, Scalar) and said.text in {"media", "none"}:
            return ALL_MEDIA if said.text == "media" else NO_REMOTE
        if isinstance(said, Sequence):
            named = (self._read_host(item) for item in said.items)
            return Remote(every=False, hosts=frozenset(host for host in named if host))
        fix = "Write `media`, `none`, or the hosts, `[cdn.example.org]`; until then it is `none`"
        self.refuse(said, "The setting 'remote' is none of its values", fix)
        return NO_REMOTE

    def read_extras(self, node: YamlMapping) -> Extras:
        """Return what else pages may hold: of what cannot be read, nothing."""
        sources, scripts = self._read_policy(node.get("policy"))
        if node.repeated:
            return NO_EXTRAS
        return Extras(
            frames=Remote(every=False, hosts=self._read_frames(node.get("frames"))),
            sources=sources,
            scripts=scripts,
            trusted=self.read_choice(node.get("html"), "html", HTML) == TRUSTED,
        )

    def _read_frames(self, node: Node | None) -> frozenset[str]:
        """Return the hosts whose pages may stand in frames."""
        if node is None or (isinstance(node, Scalar) and node.text == "none" and not node.tag):
            return frozenset()
        if isinstance(node, Sequence):
            return frozenset(host for host in map(self._read_host, node.items) if host)
        self.refuse(node, "The setting 'frames' is no list of hosts", "Write the hosts, `[www.youtube-nocookie.com]`")
        return frozenset()

    def _read_policy(self, node: Node | None) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], frozenset[str]]:
        """Return the further sources of each directive, and the files of the vault that are scripts."""
        if node is not None and not isinstance(node, YamlMapping):
            self.refuse(node, "The setting 'policy' is no mapping", "Write `script-src: [https://stats.example.org]`")
        if not isinstance(node, YamlMapping):
            return (), frozenset()
        for key in node.repeated:
            self.refuse(key, f"The directive {key.text!r} stands twice", "Keep one of the two")
        sources: dict[str, tuple[str, ...]] = {}
        scripts: set[str] = set()
        for key, value in node.items:
            if key.text not in DIRECTIVES:
                fix = "Name the hosts of frames under `frames`" if key.text == "frame-src" else ""
                near = fix or did_you_mean(key.text, DIRECTIVES) or f"Known: {', '.join(DIRECTIVES)}"
                self.refuse(key, f"No sources can be added to {key.text!r}", near)
                continue
            found = self._read_sources(key.text, value)
            scripts |= {one for one in found if is_script_file(one)}
            sources[key.text] = tuple(one for one in found if not is_script_file(one))
        return tuple((name, found) for name, found in sources.items() if found), frozenset(scripts)

    def _read_sources(self, directive: str, node: Node) -> list[str]:
        """Return the sources in a list, without those that a policy may not be given."""
        found = []
        for item in node.items if isinstance(node, Sequence) else [node]:
            text = item.text if isinstance(item, Scalar) else ""
            is_file = directive == "script-src" and is_script_file(text)
            if is_file or is_source(directive, text):
                found.append(text)
                continue
            wanted = "a host, `https://stats.example.org`, a place below one, or a hash, `'sha256-…'`"
            weak = "scripts" if directive == "script-src" else "anything"
            more = f"; keywords such as {text} would let in {weak} from anywhere" if text[:1] in ("'", "*") else ""
            self.refuse(item, f"This is no source that can be added to {directive!r}{more}", f"Write {wanted}")
        return found

    def _read_host(self, node: Node) -> str:
        """Return the name of a host, "" where it is none."""
        host = node.text.lower() if isinstance(node, Scalar) else ""
        if is_host(host):
            return host
        self.refuse(node, "This is no name of a host", "Write it alone, `cdn.example.org` or `'*.example.org'`")
        return ""

    def read_switch(self, node: Node | None, key: str) -> bool:
        """Return a setting that is on or off, on where it says nothing."""
        said = node.text.lower() if isinstance(node, Scalar) else None
        if node is not None and said not in _OFF | _ON:
            self.refuse(node, f"The setting {key!r} is neither `on` nor `off`", "Write one of the two")
        return said not in _OFF

    def read_choice(self, node: Node | None, key: str, known: tuple[str, ...]) -> str:
        """Return a setting that is one of some words, "" where it says nothing or anything else."""
        said = node.text if isinstance(node, Scalar) and not node.tag else ""
        if node is None or said in known:
            return said
        fix = did_you_mean(said, known) or f"Known: {', '.join(known)}"
        self.refuse(node, f"The setting {key!r} is none of its values", fix)
        return ""
