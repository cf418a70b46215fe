"""What the operation of replication registers."""

from __future__ import annotations


def register() -> None:
    from kernel.doctor import EXAMINATIONS
    from kernel.late import Late
    from kernel.metrics import register_figures
    from stages.replication.operation.metrics import FIGURES

    register_figures(*FIGURES)
    EXAMINATIONS.register("Sites", Late("stages.replication.operation.doctor:examine"))
