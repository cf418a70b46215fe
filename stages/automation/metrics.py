"""What a Prometheus server learns about scripts: how they end, what they use, and what waits.

Executions run in `manage.py runner`, which serves no figures; so they are read from their rows. The ids of executions
begin with the time they were made, so that those of the last hour are a range of the primary key.
"""

from __future__ import annotations

from typing import Final

from kernel.metrics import SiteFigure

_LAST_HOUR: Final = (
    "id >= (lpad(to_hex((extract(epoch FROM now() - interval '1 hour') * 1000)::bigint), 12, '0')"
    " || repeat('0', 20))::uuid"
)
# By the partial index of executions that have not ended.
_OPEN: Final = "state IN ('queued', 'running')"
_ENDS: Final = {"succeeded": "have succeeded", "failed": "have failed", "stopped": "were stopped"}


def _of_executions(name: str, description: str, what: str, *conditions: str) -> SiteFigure:
    return SiteFigure(
        name, description, " ".join(["SELECT", what, "FROM automation_execution WHERE", " AND ".join(conditions)])
    )


FIGURES: Final = (
    *(
        _of_executions(
            f"foundry_executions_{state}_last_hour",
            f"Executions of scripts that were started within the last hour and {words}.",
            "count(*)",
            *(_LAST_HOUR, f"state = '{state}'"),
        )
        for state, words in _ENDS.items()
    ),
    _of_executions(
        "foundry_execution_fuel_last_hour",
        "Steps that executions of the last hour have taken.",
        "coalesce(sum(fuel), 0)",
        _LAST_HOUR,
    ),
    _of_executions(
        "foundry_executions_under_way",
        "Executions that a runner works on.",
        "count(*)",
        *(_OPEN, "state = 'running'"),
    ),
    _of_executions(
        "foundry_executions_waiting",
        "Executions that wait for a runner.",
        "count(*)",
        *(_OPEN, "state = 'queued'"),
    ),
    _of_executions(
        "foundry_execution_queue_seconds",
        "How long the oldest execution that waits for a runner has waited.",
        "greatest(coalesce(extract(epoch FROM now() - min(created_at)), 0), 0)",
        *(_OPEN, "state = 'queued'"),
    ),
    SiteFigure(
        "foundry_script_changes_waiting",
        "Changes that scripts watch and were not given yet.",
        "SELECT count(*) FROM automation_due",
    ),
)
