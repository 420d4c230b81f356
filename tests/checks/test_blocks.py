"""Blocks that nearly declare something."""

from __future__ import annotations

import pytest

from zhixing.checks.blocks import find_meant


@pytest.mark.parametrize(
    ("info", "meant"),
    [
        ("yaml exmaple", "yaml example"), ("yml example", "yaml example"), ("yaml-example", "yaml example"),
        ("YAML Example", "yaml example"), ("yaml  example", ""), ("yaml example x", "yaml example"),
        ("yamlexample", "yaml example"), ("example yaml", "yaml example"), ("{.yaml .example}", "yaml example"),
        ("yaml 示例", "yaml example"), ("yaml examples", "yaml example"), ("yaml", ""), ("yml", ""),
        ("python example", ""),
        ("yaml title=例", ""), ("yaml list", ""), ("yml list", "yaml list"), ("yaml lists", "yaml list"), ("", ""),
        ("yaml: example", "yaml example"), ("yaml line", ""), ("example", ""), ("json", ""),
    ],
)  # fmt: skip
def test_what_an_info_string_is_nearly(info: str, meant: str) -> None:
    assert find_meant(info) == meant
