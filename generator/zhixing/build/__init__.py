"""The one composition: a loaded vault is run, rendered and woven into a plan. Nothing is written here.

The command line, the site and the tests all see a vault through `results` and `plan`, so they cannot disagree.
"""

from zhixing.build.planning import Change, Plan, plan
from zhixing.build.reporting import check, templates_of, unread
from zhixing.build.running import FIGURES, Block, Memory, Progress, Results, results

__all__ = [
    "FIGURES", "Block", "Change", "Memory", "Plan", "Progress", "Results",
    "check", "plan", "results", "templates_of", "unread",
]  # fmt: skip
