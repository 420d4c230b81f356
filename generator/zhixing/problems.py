"""The kinds of problem: code, severity and meaning of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, StrEnum
from itertools import islice


class ZhixingError(Exception):
    """The root of every exception that this package raises on purpose."""


# Text of notes is printed to terminals, so it must not contain line breaks or control sequences.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# What a message says as code, mostly a command: a page shows it so.
BETWEEN_BACKTICKS = re.compile(r"`([^`]+)`")


def visible(text: str) -> str:
    """Return a text with its control characters written out (`\\x1b`), as a terminal may show it."""
    return CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


class Severity(StrEnum):
    """How serious a problem is: errors set the exit status, information is for those who ask."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "information"


class Code(Enum):
    """The kinds of problem: how serious each is, and what it means."""

    # Files
    FILE_NOT_UTF8 = (Severity.ERROR, "A note, or a file where a generated one belongs, is not UTF-8 text.")
    FILE_UNREADABLE = (Severity.ERROR, "A file cannot be read.")
    FILE_LEFT_OUT = (Severity.WARNING, "A file of the vault is not read, or has no place on the site.")
    SETTING_UNUSED = (Severity.WARNING, "A setting in mkdocs.yml does not act on notes.")
    FILE_UNWRITABLE = (Severity.ERROR, "A file's mode forbids writing it, or its folder's does.")
    FILE_CHANGED = (Severity.ERROR, "A file changed while its new text was worked out; it was left alone.")
    FILE_DETACHED = (Severity.WARNING, "A file was written, and its other names keep the old text.")
    # Text
    FENCE_UNCLOSED = (Severity.ERROR, "A fenced block is never closed.")
    COMMENT_UNCLOSED = (Severity.WARNING, "A %% or <!-- comment is never closed.")
    HTML_UNCLOSED = (Severity.WARNING, "A tag whose text is no HTML is never closed, so it would swallow the page.")
    # Frontmatter
    FRONTMATTER_INVALID = (Severity.ERROR, "The YAML between the leading --- lines cannot be read.")
    FRONTMATTER_TYPE = (Severity.ERROR, "A property has a value of the wrong kind.")
    FRONTMATTER_UNKNOWN = (Severity.INFO, "A property is no property we know but nearly spelled like one.")
    NOTE_HIDDEN = (
        Severity.ERROR,
        "A note is not shown, as its frontmatter does not say plainly that everybody may see it.",
    )
    FRONTMATTER_MISSING = (Severity.ERROR, "A note of a type with a template lacks a property.")
    TITLE_DIFFERS = (Severity.WARNING, "The title of a note whose template asks for one is not its file name.")
    # Links
    LINK_STUB = (Severity.INFO, "A wikilink names a note that is still to be written.")
    LINK_NOTE = (Severity.ERROR, "A link names a file that does not exist.")
    LINK_HEADING = (Severity.ERROR, "A link names a heading that its note does not have.")
    LINK_BLOCK = (Severity.ERROR, "A link names a block id that its note does not have.")
    LINK_AMBIGUOUS = (Severity.ERROR, "A link's name belongs to more than one note.")
    LINK_ALIAS = (Severity.WARNING, "A link names a note by its alias, which Obsidian does not follow.")
    LINK_UNSHOWN = (Severity.INFO, "A link leads to what the site does not show.")
    LINK_CASE = (Severity.WARNING, "A link is written in another case than its note's name.")
    ALIAS_CLASH = (Severity.WARNING, "An alias is also another note's name or alias.")
    NAMES_MANY = (Severity.WARNING, "A vault has more tags or aliases than get pages.")
    ADDRESS_REFUSED = (Severity.WARNING, "A note cannot have the address on the site that it claims.")
    NAME_CLASH = (Severity.INFO, "Two notes have the same name, so a link by the name alone would be ambiguous.")
    EMBED_CYCLE = (Severity.ERROR, "A note embeds itself, directly or through others.")
    EMBED_COST = (Severity.WARNING, "A page would show more of other notes than it may.")
    ORPHAN = (Severity.INFO, "No note links to this one.")
    # Template
    SECTION_MISSING = (Severity.ERROR, "A section of the note's template is missing.")
    SECTION_UNKNOWN = (Severity.WARNING, "A section is not one of the template's.")
    SECTION_ORDER = (Severity.ERROR, "Sections stand in another order than in the template.")
    SECTION_EMPTY = (Severity.WARNING, "A section has no text.")
    DRAFT_GAP = (Severity.INFO, "A draft still lacks something that its template asks for.")
    EXAMPLE_MISSING = (Severity.ERROR, "A concept note has no worked example.")
    # Examples: reading
    BLOCK_MISSPELT = (Severity.WARNING, "A block is nearly marked `yaml example` or `yaml list`, and read as neither.")
    EXAMPLE_PLACE = (Severity.ERROR, "An example stands where no result can be written below it.")
    EXAMPLE_YAML = (Severity.ERROR, "An example's YAML cannot be read.")
    EXAMPLE_KEY = (Severity.ERROR, "An example has a key that the language does not have, or lacks one.")
    EXAMPLE_VALUE = (Severity.ERROR, "A value in an example is of the wrong kind, size or shape.")
    EXAMPLE_NAME = (Severity.ERROR, "A name cannot be used, is used twice, or is not known.")
    EXAMPLE_DUPLICATE = (Severity.ERROR, "Two examples have the same id.")
    EXAMPLE_CYCLE = (Severity.ERROR, "Examples use one another in a circle.")
    EXPRESSION_SYNTAX = (Severity.ERROR, "An expression cannot be read.")
    EXPRESSION_FORBIDDEN = (Severity.ERROR, "An expression uses a construct outside the language.")
    # Examples: running
    EXAMPLE_AXES = (Severity.ERROR, "A quantity's axes are not those declared, or do not fit together.")
    EXAMPLE_COST = (Severity.ERROR, "An example asks for more memory or work than a note may.")
    EXAMPLE_RUN = (Severity.ERROR, "A step could not be computed.")
    RESULT_UNDEFINED = (Severity.WARNING, "A result is not a number (nan), and the example does not expect it.")
    RESULT_INFINITE = (Severity.WARNING, "A result is infinite, and the example does not expect it.")
    ROW_MASKED = (Severity.WARNING, "A row of weights is all 0, since every score of it is masked.")
    EXPECT_FAILED = (Severity.ERROR, "What was computed is not what the example expects.")
    EXPECT_MISSING = (Severity.INFO, "An example expects nothing.")
    HOLDS_FAILED = (Severity.ERROR, "A statement under `holds:` is false of what was computed.")
    SAYS_INCOMPLETE = (
        Severity.ERROR,
        "A source's statement is wrong, and nothing says what is true instead; or the reverse.",
    )
    SAYS_AGREES = (Severity.INFO, "A source's statement turned out to agree with the computation.")
    # Claims in prose
    CLAIM_WRONG = (Severity.ERROR, "A number or word in prose is not what its example computed.")
    CLAIM_ROUNDED = (Severity.WARNING, "A number in prose is off by no more than its last digit.")
    CLAIM_FLIPPED = (Severity.ERROR, "What prose concludes (an answer, a sign) is not what was computed.")
    CLAIM_MISSING = (Severity.INFO, "A number in prose is backed by nothing (`check --coverage`).")
    CLAIM_UNKNOWN = (Severity.ERROR, "A claim names a quantity that no example computes.")
    CLAIM_UNBOUND = (Severity.ERROR, "A claim has no number or word before it to be compared.")
    # Generated regions
    REGION_STALE = (Severity.WARNING, "A generated region is not what its example computes now.")
    REGION_EDITED = (Severity.ERROR, "A generated region was edited by hand.")
    REGION_BROKEN = (Severity.ERROR, "A region's markers do not pair, or stand where they cannot.")
    REGION_ORPHAN = (Severity.WARNING, "A region belongs to no example of its note.")
    FIGURE_STALE = (Severity.WARNING, "A figure is missing or is not what its example draws now.")
    FIGURE_EDITED = (Severity.ERROR, "A figure file was edited by hand.")
    FIGURE_UNUSED = (Severity.WARNING, "A generated figure is shown by no note.")
    FILE_STALE = (Severity.WARNING, "A canvas or template is missing or is not what is generated now.")
    FILE_EDITED = (Severity.ERROR, "A generated canvas, template or data file was edited by hand.")
    # The site
    FORMULA_UNREADABLE = (Severity.WARNING, "A formula cannot be read as LaTeX, so its source is shown.")
    # The set-up, which `zhixing doctor` looks at
    SETUP_VERSION = (Severity.ERROR, "A package is missing, or has a version that zhixing does not run with.")
    SETUP_INSTALLATION = (Severity.ERROR, "The installation of zhixing is not whole.")
    SETUP_PLUGIN = (Severity.ERROR, "mkdocs.yml does not list the plugin, so a site would show notes unread.")
    SETUP_SITE = (Severity.INFO, "There is no mkdocs.yml, so the notes have no site.")
    SETUP_THEME = (Severity.INFO, "The theme is another than Material, so the site has less.")
    SETUP_OBSIDIAN = (Severity.INFO, "Obsidian writes links or settings that other programs do not follow.")
    SETUP_TEMPLATES = (Severity.INFO, "The vault has no templates of notes, so none is held to one.")
    SETUP_BROWSER = (Severity.INFO, "There is no browser for the tests of this repository.")
    # Exports
    EXPORT_FOLDER = (Severity.ERROR, "A folder cannot take an export.")
    EXPORT_EDITED = (
        Severity.ERROR,
        "A file in an export's way was edited by hand or made by somebody else; nothing was written.",
    )
    # The vault as a whole
    REQUIRES_CYCLE = (Severity.ERROR, "Notes require one another in a circle.")
    LIST_INVALID = (Severity.ERROR, "A `yaml list` block does not say which list it is.")
    CONFIG_INVALID = (Severity.ERROR, "The vault's mkdocs.yml or a template cannot be read.")

    def __init__(self, severity: Severity, meaning: str) -> None:
        self.severity = severity
        self.meaning = meaning

    @property
    def slug(self) -> str:
        """The code as messages print it: `LINK_NOTE` as `link-note`."""
        return self.name.lower().replace("_", "-")

    def __str__(self) -> str:
        """Return the code as messages print it."""
        return self.slug


STALE = frozenset({Code.REGION_STALE, Code.FIGURE_STALE, Code.FILE_STALE})


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem at one place. `what` and `fix` are sentences without their full stop."""

    path: str
    line: int
    column: int
    code: Code
    what: str
    fix: str = ""
    level: Severity | None = None
    """How serious the vault's settings make it, None where they say nothing."""

    @property
    def severity(self) -> Severity:
        """How serious it is: as its vault has it, else as its code."""
        return self.level or self.code.severity

    def __str__(self) -> str:
        """Return the line that is printed: `path:line:column: code: what. How to fix it.`."""
        return f"{self.path}:{self.line}:{self.column}: {self.code}: {self.sentences}"

    @property
    def sentences(self) -> str:
        """`what` and `fix` as sentences with their full stops."""
        return " ".join(part if part[-1] in ".?!" else f"{part}." for part in (self.what, self.fix) if part)

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """The key that problems are sorted by: place, then code, then text."""
        return self.path, self.line, self.column, self.code.slug, self.what


def exit_status(problems: Iterable[Problem]) -> int:
    """Return 1 if there is an error, else 3 if something is stale, else 0."""
    found = list(problems)
    if any(problem.severity is Severity.ERROR for problem in found):
        return 1
    return 3 if any(problem.code in STALE and problem.severity is not Severity.INFO for problem in found) else 0


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `Did you mean 'softmax'?` for near names, or nothing."""
    # Bounded: a label may be one of thousands, and a mistake may be repeated hundreds of times.
    # Chinese names are short: of two characters, one alike is near.
    cutoff = 0.6 if name.isascii() else 0.5
    near = get_close_matches(name[:100], list(islice(known, 200)), n=3, cutoff=cutoff)
    return f"Did you mean {' or '.join(repr(one) for one in near)}?" if near else ""
