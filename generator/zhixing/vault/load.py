"""Load a vault from disk: the only reader of notes."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from zhixing.markdown.dialect import Dialect, choose_dialect
from zhixing.markdown.generated import SEAL
from zhixing.markdown.yaml import PROJECT, Scalar, read_yaml
from zhixing.markdown.yaml import Mapping as YamlMapping
from zhixing.markdown.yaml import Node as YamlNode
from zhixing.markdown.yaml import Sequence as YamlSequence
from zhixing.problems import Code, Problem, ZhixingError
from zhixing.source import Source, Span
from zhixing.vault.note import Note, read_note
from zhixing.vault.settings import CLOSED, DEFAULT, Settings, read_settings
from zhixing.vault.stamps import Stamp, stamp
from zhixing.vault.vault import Vault
from zhixing.wording.languages import choose_wording, find_wording, language_codes
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# Where a vault is: in the folder that a mkdocs.yml names, else in Obsidian's own, else in the working folder.

OBSIDIAN = ".obsidian"
CONFIG = "mkdocs.yml"
SETTINGS_FILE = "zhixing.yml"
PLUGIN = "zhixing"
MAX_CONFIG_BYTES = 1_000_000


class ProjectError(ZhixingError):
    """No vault can be found; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Project:
    """A vault's folder of notes, the folder of its note templates (which need not exist), and its words for readers.

    `config` is the mkdocs.yml that names the folder of notes; None where the folder was named or taken without one.
    `settings` are the owner's: the plugin's in mkdocs.yml, or those of a zhixing.yml in the folder of notes.
    """

    notes: Path
    templates: Path
    wording: Wording = CHINESE
    config: Path | None = None
    settings: Settings = DEFAULT


def find_project(start: Path, vault: Path | None = None) -> Project:
    """Return the project of a folder, or that of `vault` where it is given.

    The nearest mkdocs.yml at or above `start` names the folder of notes. Without one it is the nearest folder that has
    a zhixing.yml or that Obsidian opened as a vault, else `start` itself.

    Raises:
        ProjectError: there is no folder `vault`, or mkdocs.yml cannot be read or names no folder of notes.
    """
    if vault is not None:
        if not vault.is_dir():
            raise ProjectError(_problem(vault, "There is no such folder", "Name the folder that holds the notes"))
        beside = vault / CONFIG
        return _configured(beside) if beside.is_file() else _unconfigured(vault)
    folders = (start, *start.parents)
    if (config := next((folder / CONFIG for folder in folders if (folder / CONFIG).is_file()), None)) is not None:
        return _configured(config)
    marked = (one for one in folders if (one / SETTINGS_FILE).is_file() or (one / OBSIDIAN).is_dir())
    return _unconfigured(next(marked, start))


def _unconfigured(notes: Path) -> Project:
    """Return the project of a folder of notes in which there is no mkdocs.yml.

    The settings of its zhixing.yml come first, then those of a mkdocs.yml right above. What cannot be read hides notes.
    """
    own, above = notes / SETTINGS_FILE, notes.parent / CONFIG
    wording = _wording_above(notes)
    settings = DEFAULT
    try:
        if own.is_file():
            source, root = read_config(own)
            settings = read_settings(source, root)
            said = _entry(root, "language")
            if isinstance(said, Scalar):
                wording = _choose(said, own, "")
        elif above.is_file():
            source, root = read_config(above)
            settings = _read_plugin_settings(source, root)
    except ProjectError as error:
        settings = replace(CLOSED, problems=(error.problem,))
    settings = replace(settings, dialect=read_dialect(notes, None))
    return Project(notes, _templates(notes), wording, settings=settings)


def _templates(vault: Path) -> Path:
    """Return the templates beside a folder of notes; inside it where the project has no other folder."""
    return vault.parent / "templates" if (vault.parent / CONFIG).is_file() else vault / "templates"


def _wording_above(vault: Path) -> Wording:
    """Return the words that the mkdocs.yml above a folder of notes asks for; Chinese ones where none can be read."""
    config = vault.parent / CONFIG
    try:
        return _wording(read_config(config)[1], config) if config.is_file() else CHINESE
    except ProjectError:
        return CHINESE


def read_wording(config: Path) -> Wording:
    """Return the words that a mkdocs.yml asks for. Raises ProjectError where it cannot be read."""
    return _wording(read_config(config)[1], config)


def _wording(root: YamlNode | None, config: Path) -> Wording:
    """Return the words that the settings of a project ask for: the plugin's `language`, else the theme's.

    Raises ProjectError where the plugin's is none that there is; a theme has more languages, and those give English.
    """
    said = _entry(_plugin_settings(root), "language")
    theme = _entry(_entry(root, "theme"), "language")
    return _choose(said if isinstance(said, Scalar) else None, config, theme.text if isinstance(theme, Scalar) else "")


def _choose(said: Scalar | None, config: Path, theme: str) -> Wording:
    """Return the words in the language that a file says, else in the theme's. Raises ProjectError as `_wording`."""
    if said is not None and find_wording(said.text) is None:
        what = f"There are no words in the language {said.text!r}"
        line = Source(str(config), config.read_text(encoding="utf-8-sig")).position(said.span.start)[0]
        raise ProjectError(_problem(config, what, f"Known: {', '.join(language_codes())}", line))
    return choose_wording(said.text if said else "", theme)


def _plugin_settings(root: YamlNode | None) -> YamlNode | None:
    """Return what stands under the plugin `zhixing`, in a list of plugins or in a mapping of them."""
    plugins = _entry(root, "plugins")
    mappings = plugins.items if isinstance(plugins, YamlSequence) else (plugins,)
    return next((settings for one in mappings if (settings := _entry(one, PLUGIN)) is not None), None)


def _read_plugin_settings(source: Source, root: YamlNode | None) -> Settings:
    """Return the plugin's settings in a mkdocs.yml. What it inherits is not read, and may say to publish less."""
    said = _plugin_settings(root)
    settings, inherited = read_settings(source, said), _entry(root, "INHERIT")
    if inherited is None or _entry(said, "publish") is not None:
        return settings
    what = "The file that is inherited here is not read, and it may say which notes are published"
    fix = "Write `publish: all` or `publish: marked` under the plugin here; until then it is `marked`"
    problem = source.problem(Code.CONFIG_INVALID, inherited.span, what, fix)
    return replace(settings, marked_only=True, problems=(*settings.problems, problem))


def read_dialect(notes: Path, root: YamlNode | None) -> Dialect:
    """Return the syntax of a folder of notes, of whose mkdocs.yml `root` is the tree; None where it has none."""
    listed = _entry(root, "markdown_extensions")
    items = listed.items if isinstance(listed, YamlSequence) else (listed,) if listed is not None else ()
    keys = [key.text for one in items if isinstance(one, YamlMapping) for key, _ in one.items]
    names = [one.text for one in items if isinstance(one, Scalar)]
    siblings_first = not (notes / OBSIDIAN).is_dir()
    return choose_dialect([*names, *keys], siblings_first=siblings_first, hooks=_entry(root, "hooks") is not None)


def _entry(node: YamlNode | None, key: str) -> YamlNode | None:
    """Return the value of a key, None where the node is no mapping or lacks it."""
    return node.get(key) if isinstance(node, YamlMapping) else None


def read_config(config: Path) -> tuple[Source, YamlNode | None]:
    """Return the text and the tree of a mkdocs.yml, whose tags are not executed: MkDocs may run code from there.

    Raises ProjectError where it cannot be read.
    """
    if config.stat().st_size > MAX_CONFIG_BYTES:
        what = f"This file has more than {MAX_CONFIG_BYTES // 1_000_000} MB"
        raise ProjectError(_problem(config, what, "Shorten it, or name the notes with --vault DIR"))
    try:
        source = Source(str(config), config.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        what = f"This file cannot be read: {str(error).splitlines()[0]}"
        raise ProjectError(_problem(config, what, "Fix it, or name the notes with --vault DIR")) from None
    root, problems = read_yaml(source, Span(0, len(source.text)), PROJECT)
    if root is None and problems:
        raise ProjectError(problems[0])
    return source, root


def _configured(config: Path) -> Project:
    """Return the project of a mkdocs.yml."""
    source, root = read_config(config)
    docs = root.get("docs_dir") if isinstance(root, YamlMapping) else None
    name = docs.text if isinstance(docs, Scalar) and docs.text and not docs.tag else "docs"
    line = source.position(docs.span.start)[0] if docs else 1
    notes = config.parent / name
    if not notes.is_dir():
        what = f"docs_dir is {name!r}, and there is no such folder"
        raise ProjectError(_problem(config, what, "Set docs_dir to the folder of notes", line))
    if not notes.resolve().is_relative_to(config.parent.resolve()):
        what = f"docs_dir is {name!r}, which leads out of this project"
        raise ProjectError(_problem(config, what, "If these notes are meant, name them with --vault DIR", line))
    settings = replace(_read_plugin_settings(source, root), dialect=read_dialect(notes, root), has_site=True)
    return Project(notes, config.parent / "templates", _wording(root, config), config, settings)


def _problem(path: Path, what: str, fix: str, line: int = 1) -> Problem:
    return Problem(str(path), line, 1, Code.CONFIG_INVALID, what, fix)


# Where Obsidian's own templates lie: texts with `{{title}}` in them, which are no notes yet.

SETTINGS = PurePosixPath(".obsidian/templates.json")


def template_folder(root: Path) -> PurePosixPath | None:
    """Return the folder of a vault that its settings name for templates; None where they name none, or all of it.

    Source: Obsidian's help, "Templates", section "Set your template folder". Obsidian keeps the setting as `folder`.
    """
    try:
        settings = json.loads(read_inside(root, SETTINGS) or "")
    except (ValueError, RecursionError):
        return None
    written = settings.get("folder") if isinstance(settings, dict) else None
    if not isinstance(written, str):
        return None
    folder = PurePosixPath(*PurePosixPath(written.strip("/ ")).parts)
    hidden = any(part.startswith(".") for part in folder.parts)
    return folder if folder.parts and not hidden else None


# Reading the vault's other text files: templates and generated figures.

MAX_FILE_BYTES = 10_000_000


def read_bounded(file: BinaryIO, most: int) -> bytes:
    """Return the content of an open file; of one that is longer than `most` bytes, so many and one more."""
    size = min(os.fstat(file.fileno()).st_size, most)
    content = file.read(size + 1)  # memory for `most` bytes would be taken each time
    return content if len(content) <= size else content + file.read(most - size)


def read_text(path: Path) -> str | None:
    """Return the text of a regular file of at most 10 MB, or None where there is none or it is no UTF-8."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            return None
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None


def read_inside(root: Path, path: PurePath) -> str | None:
    """Return the text of a file of a folder, or None; a symbolic link that leads out of the folder is not followed."""
    try:
        inside = (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a circle of links
        return None
    return read_text(root / path) if inside else None


def leads_elsewhere(root: Path, path: PurePath) -> bool:
    """Return whether a symbolic link stands at a path of a folder, or at a folder on the way there."""
    try:
        return (root / path).resolve() != root.resolve() / path
    except (OSError, RuntimeError):  # a circle of links
        return True


def read_templates(folder: Path) -> list[Source]:
    """Return the note templates in a folder, sorted by name."""
    paths = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return [
        Source(path.as_posix(), text) for path in paths if (text := read_inside(folder, Path(path.name))) is not None
    ]


# No note is longer by hand; a larger file is data that somebody called `.md`. It is lines that take time, not bytes.
MAX_NOTE_BYTES = 5_000_000
MAX_LINES = 200_000
# Deeper folders and longer paths exceed what MkDocs and other programs can take.
MAX_FOLDERS = 100
MAX_PATH_BYTES = 1000
# Other names of Markdown files: MkDocs makes pages of these, Obsidian does not read them.
_OTHER_MARKDOWN = (".markdown", ".mdown", ".mkdn", ".mkd")


# The seal of a report stands in its first lines.
REPORT_HEAD = 300


def report_file(wording: Wording) -> str:
    """Return the path of the list of problems that `zhixing watch --report` keeps in a vault."""
    return f"{wording.report}.md"


Stamps = dict[PurePosixPath, Stamp]
"""The stamps that notes had before they were read."""


def load_project(project: Project, previous: Vault | None = None, stamps: Stamps | None = None) -> Vault:
    """Return the vault of a project, as `load` does."""
    return load(project.notes, previous, project.wording, project.settings, stamps)


def load(
    root: Path,
    previous: Vault | None = None,
    wording: Wording = CHINESE,
    settings: Settings = DEFAULT,
    stamps: Stamps | None = None,
) -> Vault:
    """Return the vault in a folder. Dot files and folders are never read, links out of the folder never followed.

    Only `.obsidian/templates.json` is asked which folder holds templates: they are files of the vault, but no notes.
    Notes whose text is still that of `previous` are taken from it: the same objects. Files that cannot be read are
    problems of the vault, and so are settings. `wording` has the words that the tool writes for readers. With `stamps`,
    as loading `previous` left them, notes of the same stamp are not even read. Raises NotADirectoryError where `root`
    is no folder.
    """
    if not root.is_dir():
        raise NotADirectoryError(root)
    before = previous.settings if previous else None
    same = before and (before.marked_only, before.dialect) == (settings.marked_only, settings.dialect)
    paths = (*previous.notes, *previous.files) if previous else ()
    return _Loader(root, previous.notes if previous and same else {}, wording, settings, stamps, paths).load()


class _Loader:
    def __init__(
        self,
        root: Path,
        known: Mapping[PurePosixPath, Note],
        wording: Wording,
        settings: Settings,
        stamps: Stamps | None,
        paths: Iterable[PurePosixPath] = (),
    ) -> None:
        self.root = root
        self.stamps = stamps
        self.settings = settings
        self.wording = wording
        self.known = known
        self.real = root.resolve()
        self.templates = template_folder(root)
        self.paths = {str(path): path for path in paths}
        self.problems: list[Problem] = list(settings.problems)

    def load(self) -> Vault:
        notes: dict[PurePosixPath, Note] = {}
        files: list[PurePosixPath] = []
        templates = f"{self.templates}/" if self.templates is not None else None
        for written in sorted(self._files()):
            path = self.paths.get(written) or PurePosixPath(written)
            if written[-3:].lower() != ".md" or (templates and written.startswith(templates)):
                files.append(path)
            elif (note := self._find_unchanged(path, written) or self._read_note(path)) is not None:
                notes[note.path] = note  # the path object from before, which has its hash already
                self._check_suffix(written)
        problems = tuple(sorted(self.problems, key=lambda problem: problem.order))
        return Vault(self.root, notes, tuple(files), problems, self.templates, self.wording, self.settings)

    def _find_unchanged(self, path: PurePosixPath, written: str) -> Note | None:
        """Return a note that its file's stamp vouches for; else note the stamp, before the file is read."""
        if self.stamps is None:
            return None
        before, now = self.stamps.pop(path, None), stamp(f"{self.root}/{written}")
        if now is None:
            return None
        self.stamps[path] = now
        return self.known.get(path) if now == before else None

    def _read_note(self, path: PurePosixPath) -> Note | None:
        """Return a note, the same object as before where its text is the same; None where the file is none."""
        source = self._read(path)
        if source is None or self._is_report(source):
            return None
        known = self.known.get(path)
        return known if known and known.source.text == source.text else self._note(source, path)

    def _is_report(self, source: Source) -> bool:
        """Return whether a file is the list of problems that `zhixing watch --report` keeps.

        It is neither a note nor a file of the vault: nothing else shows it, counts it or leads to it.
        """
        return source.path == report_file(self.wording) and SEAL in source.text[:REPORT_HEAD]

    def read(self, path: PurePosixPath) -> Note:
        """Return the note at a path. Raises UnreadError where it cannot be read, or is none any more."""
        source = self._read(path)
        if source is None or self._is_report(source):
            raise UnreadError(str(path))
        return self._note(source, path)

    def _note(self, source: Source, path: PurePosixPath) -> Note:
        return read_note(source, path, marked_only=self.settings.marked_only, dialect=self.settings.dialect)

    def _check_suffix(self, path: str) -> None:
        if not path.endswith(".md"):
            what = f"The site shows notes that end in .md; this one ends in {path[-3:]}"
            self._leave_out(path, what, "Rename it")

    def _files(self) -> Iterator[str]:
        """Yield the vault's regular files; names in it are text, and links to folders are not followed.

        The names of files that an earlier vault had are as they should be.
        """
        folders = [""]
        while folders:
            folder = folders.pop()
            for entry in self._entries(folder):
                path = f"{folder}{entry.name}"
                if entry.name.startswith("."):
                    continue
                if path in self.paths and entry.is_file(follow_symlinks=False):
                    yield path
                    continue
                if not self._may_be_named(path):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{path}/")
                elif self._is_file(entry, path):
                    yield path

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                return list(entries)
        except OSError as error:
            what = f"The folder cannot be read: {error.strerror}"
            self._problem(folder, Code.FILE_UNREADABLE, what, "Change its mode, or move it out of the vault")
            return []

    def _may_be_named(self, path: str) -> bool:
        """Return whether a path is text, and neither too deep nor too long for the programs that take it."""
        if not _is_text(path):
            shown = os.fsencode(path).decode(errors="replace")
            self._problem(shown, Code.FILE_UNREADABLE, "The file's name is not UTF-8", "Rename it")
            return False
        if path.count("/") > MAX_FOLDERS or len(path.encode()) > MAX_PATH_BYTES:
            what = f"It lies below more than {MAX_FOLDERS} folders, or its path is longer than {MAX_PATH_BYTES} bytes"
            self._leave_out(path, what, "Move it up")
            return False
        return True

    def _is_file(self, entry: os.DirEntry[str], path: str) -> bool:
        """Return whether an entry is a regular file of the vault, or a link to one."""
        if entry.is_symlink():
            return self._inside(path)
        if not entry.is_file(follow_symlinks=False):
            self._leave_out(path, "It is no regular file (a pipe, a socket or a device)", "Move it out of the vault")
            return False
        if path.lower().endswith(_OTHER_MARKDOWN):
            self._leave_out(path, "Only files that end in .md are notes", "Rename it, or move it out of the vault")
            return False
        return True

    def _inside(self, path: str) -> bool:
        """Return whether a symbolic link leads to a regular file of the vault that is not hidden."""
        try:
            real = (self.root / path).resolve(strict=True)
        except (OSError, RuntimeError):  # it leads nowhere, or round in a circle
            self._problem(path, Code.FILE_UNREADABLE, "The symbolic link leads nowhere", "Remove it")
            return False
        if not real.is_relative_to(self.real):
            what = "The symbolic link leads out of the vault and is not followed"
            self._problem(path, Code.FILE_UNREADABLE, what, "Move the file into the vault")
            return False
        if not real.is_file():
            what = "The symbolic link leads to a folder, or to no regular file, and is not followed"
            self._leave_out(path, what, "Remove it, or put the files themselves here")
            return False
        if any(part.startswith(".") for part in real.relative_to(self.real).parts):
            self._leave_out(path, "The symbolic link leads to a hidden file and is not followed", "Remove it")
            return False
        if not _may_link(PurePosixPath(path).suffix.lower(), real.suffix.lower()):
            self._leave_out(path, "The symbolic link shows Markdown under another name", "Remove it")
            return False
        return True

    def _read(self, path: PurePosixPath) -> Source | None:
        try:
            data = self._bytes(self.root / path)
        except OSError as error:
            what = f"The note cannot be read: {error.strerror}"
            self._problem(str(path), Code.FILE_UNREADABLE, what, "Change the file's mode so that you may read it")
            return None
        if len(data) > MAX_NOTE_BYTES or _lines(data) > MAX_LINES:
            what = f"The note has more than {MAX_NOTE_BYTES // 1_000_000} MB or {MAX_LINES:,} lines and is left alone"
            self._problem(str(path), Code.FILE_UNREADABLE, what, "Split it, or keep data in a file that is no note")
            return None
        try:
            return Source(str(path), data.decode())
        except UnicodeDecodeError as error:
            self._not_utf8(str(path), data, error.start)
            return None

    @staticmethod
    def _bytes(path: Path) -> bytes:
        """Read a file, one byte more than allowed at most. It may be a pipe by now: opening it must not wait."""
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(0, "it is no regular file")
            return read_bounded(file, MAX_NOTE_BYTES)

    def _not_utf8(self, path: str, data: bytes, at: int) -> None:
        line = data.count(b"\n", 0, at) + 1
        column = len(data[data.rfind(b"\n", 0, at) + 1 : at].decode()) + 1
        what = f"The note is not UTF-8: byte {at} is 0x{data[at]:02x}"
        problem = Problem(path, line, column, Code.FILE_NOT_UTF8, what, "Save it as UTF-8")
        self.problems.append(problem)

    def _leave_out(self, path: str, what: str, fix: str) -> None:
        self._problem(path, Code.FILE_LEFT_OUT, what, fix)

    def _problem(self, path: str, code: Code, what: str, fix: str) -> None:
        self.problems.append(Problem(path, 1, 1, code, what, fix))


def _may_link(link: str, target: str) -> bool:
    """Return whether a link of one suffix may lead to a file of another: a note's text is to be read as a note only."""
    if ".md" in (link, target):
        return link == target
    return link not in _OTHER_MARKDOWN and target not in _OTHER_MARKDOWN


def _lines(data: bytes) -> int:
    """Return how often lines end; `\\r\\n` is one end."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


# A vault of which few notes are asked for.


class UnreadError(ZhixingError):
    """A note that was there cannot be read any more."""


def load_lazily(
    project: Project, aliases: Mapping[PurePosixPath, tuple[str, ...]], files: tuple[PurePosixPath, ...]
) -> Vault:
    """Return the vault that has these notes, given with their aliases, and these other files.

    A note is read when it is first asked for; that raises UnreadError where it cannot be.
    """
    notes, templates = _LazyNotes(project, aliases), template_folder(project.notes)
    vault = Vault(project.notes, notes, files, (), templates, project.wording, project.settings)
    vars(vault)["aliases"] = aliases  # the property would read every note
    return vault


def read_again(project: Project, path: PurePosixPath) -> Note:
    """Return the note at a path of a vault that was loaded before. Raises UnreadError where it is none any more."""
    return _Loader(project.notes, {}, project.wording, project.settings, None).read(path)


class _LazyNotes(Mapping[PurePosixPath, Note]):
    def __init__(self, project: Project, paths: Collection[PurePosixPath]) -> None:
        self._loader = _Loader(project.notes, {}, project.wording, project.settings, None)
        self._paths = paths
        self._known: dict[PurePosixPath, Note] = {}

    def __getitem__(self, path: PurePosixPath) -> Note:
        if path not in self._paths:
            raise KeyError(path)
        if path not in self._known:
            self._known[path] = self._loader.read(path)
        return self._known[path]

    def __iter__(self) -> Iterator[PurePosixPath]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
