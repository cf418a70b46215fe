"""The kinds of experiments: for each a module, whose `work` does a run of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from stages.runs.kinds import answering, changing, evaluating, refining
from stages.runs.kinds.work import Worker
from stages.runs.models import ExperimentKind

WORKERS: Final[Mapping[str, Worker]] = MappingProxyType(
    {
        ExperimentKind.TRY: answering.work,
        ExperimentKind.CHANGE: changing.work,
        ExperimentKind.EVALUATE: evaluating.work,
        ExperimentKind.REFINE: refining.work,
    }
)
