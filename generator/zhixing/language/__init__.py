"""The example language: a worked example is read, run and held against what it expects."""

from zhixing.language.model import ExampleError
from zhixing.language.read import read_example
from zhixing.language.run import evaluate, run_example

__all__ = ["ExampleError", "evaluate", "read_example", "run_example"]
