"""Nothing of a vault steers the terminal that a command prints to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shell import vault, zhixing

STEER = "\x1b]0;t\x07\x1b[31m\x9b2J\u202e"
NOTE = f"""---
title: "{STEER}"
type: 概念{STEER}
aliases: ["{STEER}别名"]
tags: ["{STEER}"]
requires: ["[[没有{STEER}]]"]
---
# {STEER}

```yaml example
id: 和{STEER}
axes: {{i: ["{STEER}", b]}}
given: {{V[i]: [1, 2]}}
compute: {{x: sum(V), y: 没有{STEER}}}
```

```yaml example
id: 好
axes: {{i: ["甲\\e[31m", b]}}
given: {{V[i]: [1, 2]}}
compute: {{x: sum(V)}}
show: [{{table: [V]}}]
says: [{{"{STEER}": x > 2}}]
```

是 7<!--= 好.x --> [[没有{STEER}]] [{STEER}]({STEER}.md) ![[{STEER}]] <!--= {STEER} --> 3 $\\{STEER}$
"""
COMMANDS = [
    ("check",), ("check", "--json"), ("check", "--format", "github"), ("check", "--coverage"), ("check", "--diff"),
    ("graph",), ("graph", "--json"), ("graph", f"甲{STEER}"), ("run", "好"), ("run", f"和{STEER}"), ("run", "没有"),
    ("regenerate", "--check"), ("regenerate", "--diff", "--fix-claims"), ("regenerate",), ("mutate",),
    ("new", "--missing"), ("new", f"乙{STEER}"), ("export", "markdown", "../出"), ("export", "canvas", "../图.canvas"),
    ("regenerate", f"没有{STEER}"), ("regenerate", "--accept", "--id", STEER), ("check", "--vault", STEER),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_escape_sequence_is_printed(tmp_path: Path, command: tuple[str, ...]) -> None:
    project = vault(tmp_path / "p", **{f"甲{STEER}": NOTE, "乙": f"[[甲{STEER}]] 甲{STEER}"})

    ran = zhixing(project, *command)

    printed = ran.stdout + ran.stderr
    assert [character for character in "\x1b\x07\x9b\u202e" if character in printed] == []


def test_json_still_says_what_the_text_holds(tmp_path: Path) -> None:
    project = vault(tmp_path / "p", **{f"甲{STEER}": "[[没有]]\n"})

    printed = zhixing(project, "check", "--json").stdout

    assert "\x9b" not in printed
    assert {problem["path"] for problem in json.loads(printed)} == {f"notes/甲{STEER}.md"}
