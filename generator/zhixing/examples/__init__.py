"""The example language: a worked example is read, run and held against what it expects."""

from zhixing.examples.errors import ExampleError
from zhixing.examples.run import evaluate, run_example
from zhixing.examples.schema import read_example

__all__ = ["ExampleError", "evaluate", "read_example", "run_example"]
