"""Experiments that train small models on the core: what each kind of network can learn, by seeded runs."""

from __future__ import annotations

from zhixing.experiments.copy_task import copy_accuracy, copy_task

__all__ = ["copy_accuracy", "copy_task"]
