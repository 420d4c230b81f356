"""The reference page is made from the docstrings, so every public name has all of its fields, in one order."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
import subprocess
import sys

import numpy as np
import pytest

from zhixing import core, experiments

FIELDS = ["Formula", "Shapes", "Raises", "Source", "Note"]
NOTES = {
    "Softmax", "Softmax温度", "点积", "梯度消失", "激活函数",
    "掩码自注意力", "缩放点积注意力", "硬注意力与软注意力", "加性注意力", "多头注意力",
    "注意力的计算复杂度", "位置编码", "嵌入缩放", "全连接层", "逐位置前馈网络",
    "层归一化", "批归一化", "残差连接", "循环神经网络", "LSTM",
    "GRU", "卷积核", "卷积神经网络", "池化层", "感受野",
    "Vision Transformer", "n-gram语言模型", "Transformer架构", "长距离依赖", "查询、键与值",
}  # fmt: skip
FUNCTIONS = [name for name in core.__all__ if inspect.isfunction(getattr(core, name))]


def fields(name: str) -> dict[str, str]:
    """Return a docstring's fields: `Name: text`, continued on lines indented by two more spaces."""
    text = inspect.getdoc(getattr(core, name)) or ""
    found = re.findall(r"^([A-Z][a-z]+): ((?:.+)(?:\n  .+)*)", text, flags=re.MULTILINE)
    return {key: " ".join(value.split()) for key, value in found if key in FIELDS}


DOCUMENTED = {name: getattr(room, name) for room in (core, experiments) for name in room.__all__}
DOCUMENTED = {name: found for name, found in DOCUMENTED.items() if inspect.isfunction(found)}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_function_has_an_example_that_holds(name: str) -> None:
    function, words = DOCUMENTED[name], {**vars(core), **vars(experiments), "np": np}
    (case,) = doctest.DocTestFinder(recurse=False).find(function, name, globs=words)
    failures: list[str] = []
    result = doctest.DocTestRunner().run(case, out=failures.append)
    assert (result.failed, failures) == (0, [])
    assert result.attempted


@pytest.mark.parametrize("name", DOCUMENTED)
def test_every_option_is_described(name: str) -> None:
    text = inspect.getdoc(DOCUMENTED[name]) or ""
    (block,) = re.findall(r"^Options:\n((?:  .*\n)+)", text, flags=re.MULTILINE) or [""]
    described = re.findall(r"^  (\w+): \S", block, flags=re.MULTILINE)
    parameters = inspect.signature(DOCUMENTED[name]).parameters.values()
    assert set(described) >= {one.name for one in parameters if one.kind is one.KEYWORD_ONLY}
    assert set(described) <= {one.name for one in parameters}
    assert described == [one.name for one in parameters if one.name in described]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_every_field(name: str) -> None:
    text = inspect.getdoc(getattr(core, name)) or ""
    found = fields(name)
    assert list(found) == FIELDS
    first = text.split("\n\n", maxsplit=1)[0]
    assert first.endswith(".")
    assert found["Note"] in NOTES
    assert re.search(r"\b(1[89]|20)\d\d\b|chapter|any linear algebra text", found["Source"])
    assert found["Formula"].count("{") == found["Formula"].count("}")
    assert text.rstrip().splitlines()[-1].startswith("Note: ")


def test_every_public_name_is_exported_and_documented() -> None:
    public = {name for name in vars(core) if not name.startswith("_") and not inspect.ismodule(getattr(core, name))}
    assert public - {"annotations"} == set(core.__all__)
    assert core.__all__ == sorted(core.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
    for name in core.__all__:
        assert inspect.getdoc(getattr(core, name))


def test_records_are_frozen() -> None:
    for name in core.__all__:
        if dataclasses.is_dataclass(found := getattr(core, name)):
            assert found.__dataclass_params__.frozen  # type: ignore[union-attr]  # dataclasses do not declare it


def test_the_core_stands_on_numpy_alone() -> None:
    """Import it where nothing else of ours, and no third package, may be imported."""
    program = (
        "import sys, zhixing.core\n"
        "ours = {m for m in sys.modules if m.startswith('zhixing') and not m.startswith('zhixing.core')}\n"
        "assert ours == {'zhixing'}, ours\n"
        "roots = {m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)\n"
        "others = {m for m in roots if getattr(sys.modules.get(m), '__file__', None) and not m.startswith('_')}\n"
        "assert others <= {'zhixing', 'numpy', 'sitecustomize', 'usercustomize'}, others\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
