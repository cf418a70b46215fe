"""What a Prometheus server learns about runs."""

from __future__ import annotations

from typing import Final

from kernel.metrics import SiteFigure

FIGURES: Final = (
    SiteFigure(
        "foundry_runs_waiting",
        "Runs that wait for a runner, or for a place within the limits of calls.",
        "SELECT count(*) FROM runs_run WHERE status = 'QUEUED'",
    ),
    SiteFigure(
        "foundry_runs_under_way",
        "Runs that a runner works on.",
        "SELECT count(*) FROM runs_run WHERE status = 'RUNNING'",
    ),
    SiteFigure(
        "foundry_run_calls_open",
        "Calls to models that were sent and have no answer yet.",
        "SELECT count(*) FROM runs_call WHERE outcome = ''",
    ),
    SiteFigure(
        "foundry_budgets_exhausted",
        "Projects and models that have used 95 percent of their budget of this month or more.",
        "SELECT count(*) FROM runs_meter WHERE monthly_limit > 0 AND (spent + reserved) * 100 >= monthly_limit * 95"
        " AND month = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')",
    ),
)
