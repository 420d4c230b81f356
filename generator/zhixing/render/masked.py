"""Which weights are 0 because a mask took them away, and not merely small."""

from __future__ import annotations

import ast

import numpy as np

from zhixing.examples import ExampleError, evaluate
from zhixing.examples.model import Array, Quantity, Run

_FARTHEST = 8
"""Names followed from one to the next."""


def masked(run: Run, tree: ast.expr, quantity: Quantity) -> Array | None:
    """Return where the scores behind a quantity are −∞, in the quantity's shape; None if no scores are known.

    The scores are those that made it: the argument of the `softmax` it came from, or `masked` beside its `weights`.
    """
    scores = _scores(run, tree, _FARTHEST)
    if scores is None or scores.dimensions != quantity.dimensions or scores.values.shape != quantity.values.shape:
        return None
    return np.asarray(np.isneginf(scores.values))


def _scores(run: Run, tree: ast.expr, farthest: int) -> Quantity | None:
    if isinstance(tree, ast.Attribute) and tree.attr == "weights":
        return _evaluated(run, ast.Attribute(tree.value, "masked", ast.Load()))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "softmax" and tree.args:
        return _evaluated(run, tree.args[0])
    if isinstance(tree, ast.Name) and farthest:
        step = next((step for step in run.example.steps if step.name.name == tree.id), None)
        return _scores(run, step.expression.tree, farthest - 1) if step else None
    return None


def _evaluated(run: Run, tree: ast.expr) -> Quantity | None:
    try:
        return evaluate(run, tree)
    except ExampleError:
        # A step repeated along an axis may mean nothing outside its loop; then no cell is hatched.
        return None
