"""The example language: a worked example is read, run and held against what it expects."""
