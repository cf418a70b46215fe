"""s3: a bundle of registers in a project with 100 rules that do not concern it."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.apps import apps

from bench.figure import Figure, Goal, compared, in_turn, seconds

STAGE = "stages.automation"
RULES = 100
CELLS = 20


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """s3; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        print("LEFT OUT: s3. It needs the stage `automation`, which FOUNDRY_STAGES leaves out.")
        return []
    with_rules, without = _Cells("ruled"), _Cells("unruled")
    with_rules.save_rules()
    for each in (with_rules, without):
        each.write()
    times = 20 if quick else 100
    pairs = in_turn(5 if quick else 11, lambda: with_rules.milliseconds(times), lambda: without.milliseconds(times))
    notes = [f"{RULES} rules about other tables, bundles of {CELLS} cells. Baseline: a project without rules."]
    return [compared("s3", "A bundle that concerns no rule", "ms", Goal("<=", 1.2), pairs, notes=notes)]


class _Cells:
    """A project with two tables, in one of which cells are set."""

    def __init__(self, name: str) -> None:
        from bench.figures.registers import _Registers
        from stages.registers.services import tables

        self.registers = _Registers(name)
        columns = [{"name": f"c{number}"} for number in range(RULES + 1)]
        for table in ("watched", "kept"):
            tables.create_table(**self.registers.given, table=table, columns=columns)
        self.records = self.registers.create(CELLS)
        self.numbers = count(1)

    def save_rules(self) -> None:
        from stages.automation.services.rules import save_rule

        for number in range(RULES):
            definition: dict[str, Any] = {
                "scope": "watched",
                "when": [{"column": f"c{number}", "is": "x"}],
                "add_to": "kept",
                "fill": {f"c{number}": "y"},
            }
            save_rule(**self.registers.given, name=f"rule {number}", definition=definition, is_on=True)

    def write(self) -> None:
        value = next(self.numbers)
        self.registers.set([(each, value) for each in self.records])

    def milliseconds(self, times: int) -> float:
        return min(1000 * seconds(self.write) for _ in range(times))
