"""Settings of every test run: the cases' own option, and where Hypothesis takes its examples from.

What runs keep for the next one goes into a folder of this test run, not into the user's.
"""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import settings

pytest_plugins = ["casefile"]

# The same examples in every run; `make fuzz` draws others.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None, print_blob=True)
settings.load_profile("repeatable")

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put attacks first: each runs in a copy of the process of the tests, whose memory counts as its own."""
    items.sort(key=lambda item: item.path.name != "test_attacks.py")
