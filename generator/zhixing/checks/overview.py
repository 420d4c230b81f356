"""The overview of many problems: the gravest lines, counts by code, and the files that have most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from zhixing.problems import Code, Problem, Severity

# A terminal shows about as many lines at once.
MOST_LINES = 40
MOST_FILES = 10
MOST_OF_CODE = {Severity.ERROR: 10, Severity.WARNING: 5, Severity.INFO: 3}
TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Information"}
# What these say names the target of a link, so the same words at many places need one fix.
OF_TARGETS = {
    Code.LINK_NOTE, Code.LINK_HEADING, Code.LINK_BLOCK, Code.LINK_STUB, Code.LINK_AMBIGUOUS, Code.LINK_ALIAS,
    Code.LINK_CASE,
}  # fmt: skip


def render_overview(problems: Sequence[Problem]) -> list[str]:
    """Return the lines of the overview of sorted problems, errors first."""
    # A vault's settings can make one code graver in one folder than in another.
    kinds: dict[tuple[Severity, Code], list[Problem]] = defaultdict(list)
    for problem in problems:
        kinds[problem.severity, problem.code].append(problem)
    # Of one severity, the code that stands first in the list of codes.
    ordered = [kinds[severity, code] for severity in Severity for code in Code if (severity, code) in kinds]
    lines = [line for kind in ordered for line in _render_kind(kind)]
    lines += _render_counts(ordered)
    lines += _render_files(problems)
    return [*lines, "", "All lines: --all. Some codes: --only CODE,CODE or --ignore CODE,CODE."]


def _render_kind(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the lines of one code of one severity: a line for each target or place, those with most places first."""
    code = problems[0].code
    targets: dict[object, list[Problem]] = defaultdict(list)
    for problem in problems:
        targets[problem.what if code in OF_TARGETS else problem].append(problem)
    ordered = sorted(targets.values(), key=len, reverse=True)
    most = MOST_OF_CODE[problems[0].severity]
    for first, *others in ordered[:most]:
        yield f"{first} (and {_count(len(others), 'more place')})" if others else str(first)
    left = sum(map(len, ordered[most:]))
    if left:
        yield f"… {left} more: zhixing check --all --only {code}"


def _render_counts(kinds: Sequence[Sequence[Problem]]) -> Iterator[str]:
    """Yield the number of problems by code, below the title of each severity."""
    for severity, title in TITLES.items():
        part = [kind for kind in kinds if kind[0].severity is severity]
        if part:
            yield from ("", f"{title}: {sum(map(len, part))}")
        for kind in sorted(part, key=len, reverse=True):
            yield f"{len(kind):7}  {kind[0].code}: {kind[0].code.meaning}"


def _render_files(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the files with most problems, and how many of them are errors."""
    counts = Counter(problem.path for problem in problems)
    errors = Counter(problem.path for problem in problems if problem.severity is Severity.ERROR)
    yield from ("", f"Files: {len(counts)}, those with most problems first")
    for path, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_FILES]:
        wrong = f" ({_count(errors[path], 'error')})" if errors[path] else ""
        yield f"{count:7}  {path}{wrong}"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
