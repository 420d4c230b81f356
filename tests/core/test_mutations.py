"""Every line broken on purpose (mutations.py) is seen by its test: a test that cannot fail proves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mutations import MUTATIONS


@pytest.fixture(scope="module")
def statuses() -> dict[str, int]:
    """Return pytest's exit status for each mutation."""
    # Plugins of the package itself would import the whole of it, not the broken copy.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(Path(__file__).with_name("mutations.py"))]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=True)
    return dict(json.loads(run.stdout))


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_line_fails_its_test(name: str, statuses: dict[str, int]) -> None:
    assert statuses[name] == 1, f"{MUTATIONS[name][3]} did not see it (pytest's exit status {statuses[name]})"
