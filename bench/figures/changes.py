"""s4: 10,000 cells that a script watches, in 100 bundles within a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import close_old_connections

from bench.figure import Figure, Goal, compared, in_turn, seconds

STAGE = "stages.automation"
RECORDS, COLUMNS = 1_000, 10
# Cells of one bundle.
CELLS = 100
MINUTE = 60.0
MOST = 25
PATIENCE = 240.0
# Proposes how many changes it was given in all.
SCRIPT = """
local row = core.records("sums")[1]
core.set_field(row.id, "sums.seen", (row.seen or 0) + #context.changes)
"""


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of s4a and s4b that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        listed = ", ".join(sorted(wanted))
        print(f"LEFT OUT: {listed}. They need the stage `automation`, which FOUNDRY_STAGES leaves out.")
        return []
    watched = _Cells("watched")
    watched.watch()
    figures = []
    if "s4a" in wanted:
        figures.append(_executions(watched, 5 if quick else 1))
    if "s4b" in wanted:
        unwatched = _Cells("unwatched")
        for each in (watched, unwatched):
            each.write()
        times = 10 if quick else 40
        rounds = 5 if quick else 11
        pairs = in_turn(rounds, lambda: watched.milliseconds(times), lambda: unwatched.milliseconds(times))
        notes = [f"Bundles of {CELLS} cells that a script watches. Baseline: a project without scripts."]
        figures.append(compared("s4b", "Saving cells that a script watches", "ms", Goal("<=", 1.2), pairs, notes=notes))
    return figures


def _executions(cells: _Cells, share: int) -> Figure:
    """How many executions a minute of changes takes. Raises where a change is given twice, or never."""
    from stages.automation.models import Due, Execution

    bundles, spent = RECORDS * COLUMNS // CELLS // share, MINUTE / share
    with _worker(cells.project_id):
        began = time.monotonic()
        for number in range(bundles):
            cells.write_part(number)
            time.sleep(max(0.0, began + (number + 1) * spent / bundles - time.monotonic()))
        until = time.monotonic() + PATIENCE
        while Due.objects.filter(project=cells.project_id).exists() or cells.is_running():
            if time.monotonic() > until:
                raise RuntimeError("changes still wait")
            time.sleep(0.1)
    found = list(Execution.objects.filter(project=cells.project_id).order_by("id"))
    given = [(each["record"], each["column"], each["old"], each["new"]) for one in found for each in one.changes]
    if sorted(given) != sorted(cells.changes(bundles)) or {each.state for each in found} != {"succeeded"}:
        raise RuntimeError("a change was not given exactly once")
    if cells.seen() != len(given):
        raise RuntimeError("the proposal has not seen every change")
    most = max(1, MOST // share)
    notes = [f"{len(given):,} changes in {bundles} bundles, {spent:g} s; every one given once, one open proposal."]
    return compared("s4a", "Executions of a script on change", "", Goal("<=", 1), [(len(found), most)], notes=notes)


@contextmanager
def _worker(project_id: UUID) -> Iterator[None]:
    """Works off the jobs of a project's scripts, as a worker and a runner do."""
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(project_id, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _work(project_id: UUID, stop: threading.Event) -> None:
    from django.db.models import Q
    from django.db.models.functions import Now
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.models import ProcrastinateJob

    from stages.automation import jobs
    from stages.automation.executing.working import run_execution

    ready = ProcrastinateJob.objects.filter(
        Q(scheduled_at=None) | Q(scheduled_at__lte=Now()),
        status="todo",
        task_name__in=(jobs.look_at_changes.name, jobs.execute_script.name),
    )
    try:
        while not stop.wait(0.25):
            for job in list(ready.order_by("id")):
                app.job_manager.cancel_job_by_id(job.id)
                if job.task_name == jobs.execute_script.name:
                    run_execution(UUID(job.args["execution_id"]))
                else:
                    jobs.look_at_changes.func(**job.args)
    finally:
        close_old_connections()


class _Cells:
    """A project with a table of cells, and a record in which a script counts."""

    def __init__(self, name: str) -> None:
        from bench.figures.registers import _Registers
        from stages.registers.services import records, tables

        self.registers = _Registers(name)
        self.project_id = self.registers.project_id
        given = self.registers.given
        tables.create_table(**given, table="cells", columns=[{"name": f"c{at}"} for at in range(COLUMNS)])
        tables.create_table(**given, table="sums", columns=[{"name": "seen", "type": "integer"}])
        made = records.create_records(**given, table="cells", rows=[{} for _ in range(RECORDS)])
        self.records = list(made.answer)
        records.create_records(**given, table="sums", rows=[{}])
        self.numbers = count(1)

    def watch(self) -> None:
        from stages.automation.services.scripts import save_script, switch_script

        given = self.registers.given
        saved = save_script(**given, name="watch", source=SCRIPT, settings={"on_change": ["cells.*"]})
        grants = {"read": ["cells"], "write": ["sums"]}
        switch_script(**given, script_id=UUID(saved.script_id), sha256=saved.sha256, is_on=True, grants=grants)

    def write_part(self, number: int) -> None:
        """The bundle of this number: other cells than all before."""
        self._set([(record, column, f"{record} {column}") for record, column in self.part(number)])

    def part(self, number: int) -> list[tuple[str, str]]:
        at, column = divmod(number * CELLS, RECORDS)[1], f"c{number * CELLS // RECORDS}"
        return [(record, column) for record in self.records[at : at + CELLS]]

    def changes(self, bundles: int) -> list[tuple[str, str, Any, Any]]:
        """The changes that a script has to be given."""
        cells = [each for number in range(bundles) for each in self.part(number)]
        return [(record, column, None, f"{record} {column}") for record, column in cells]

    def write(self) -> None:
        value = next(self.numbers)
        self._set([(record, "c0", str(value)) for record in self.records[:CELLS]])

    def milliseconds(self, times: int) -> float:
        return min(1000 * seconds(self.write) for _ in range(times))

    def _set(self, cells: list[tuple[str, str, str]]) -> None:
        from stages.registers.services import records
        from stages.registers.verbs import Cell

        listed = [Cell(record, "cells", column, value) for record, column, value in cells]
        records.write_cells(**self.registers.given, cells=listed)

    def is_running(self) -> bool:
        from stages.automation.choices import ENDED
        from stages.automation.models import Execution

        return Execution.objects.filter(project=self.project_id).exclude(state__in=ENDED).exists()

    def seen(self) -> int:
        """What the script proposes to count."""
        from proposals.models import Change, Proposal

        proposal = Proposal.objects.get(project=self.project_id, origin_type="script")
        value: Any = Change.objects.get(proposal=proposal).value
        return int(value["value"])
