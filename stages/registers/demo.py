"""What this stage adds to the demo: three tables with links, a gap, suspect links, and a conflict to decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from projects.demo import DANIEL, MARA, SOFIA, DemoPerson, DemoProject
from projects.models import Project, Status
from stages.registers import demo_rows as rows
from stages.registers import verbs
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.schema import Schema
from stages.registers.services import records, tables
from stages.registers.services.acting import act
from stages.registers.verbs.finding import make_id


class KeepRequirements:
    """Daniel keeps requirements, Sofia the tests, Mara the risks; what Sofia wrote twice Mara joins."""

    def play(self, demo: DemoProject) -> None:
        if not Project.objects.filter(pk=demo.project.pk, status=Status.OPEN).exists():
            # The story was interrupted during a review; the next run goes on.
            return
        for each in rows.TABLES:
            tables.create_table(**_by(demo, MARA, "table", each["table"]), **each)
        for relation in rows.RELATIONS:
            tables.add_relation(**_by(demo, MARA, "relation", relation["type"]), relation=relation)
        requirements = self._create(demo, DANIEL, rows.REQUIREMENTS, rows.REQUIREMENT_ROWS)
        cases = [{"case": case, "expects": expects, "result": result} for case, expects, result, _of in rows.TEST_ROWS]
        tests = self._create(demo, SOFIA, rows.TESTS, cases)
        hazards = [{"hazard": name, "severity": how, "probability": often} for name, how, often, _of in rows.RISK_ROWS]
        risks = self._create(demo, MARA, rows.RISKS, hazards)
        verified = [(tests[at], requirements[of - 1]) for at, row in enumerate(rows.TEST_ROWS) for of in row[3]]
        self._link(demo, SOFIA, rows.VERIFIES, verified)
        mitigated = [(requirements[of - 1], risks[at]) for at, row in enumerate(rows.RISK_ROWS) for of in row[3]]
        self._link(demo, MARA, rows.MITIGATES, mitigated)
        tables.save_view(**_by(demo, DANIEL, "view"), table=rows.REQUIREMENTS, name=rows.VIEW[0], query=rows.VIEW[1])
        self._change(demo, requirements[rows.CHANGED - 1])

    def _create(
        self, demo: DemoProject, person: DemoPerson, table: str, listed: Sequence[dict[str, Any]], name: str = "rows"
    ) -> list[str]:
        done = records.create_records(**_by(demo, person, name, table), table=table, rows=listed)
        found: list[str] = done.answer
        return found

    def _link(self, demo: DemoProject, person: DemoPerson, relation: str, ends: Sequence[tuple[str, str]]) -> None:
        def verb(acts: Acts, schema: Schema) -> list[Payload]:
            return [
                payload
                for source, target in ends
                for payload in verbs.link(acts, schema, make_id(), source=source, target=target, type_=relation)
            ]

        act(**_by(demo, person, "links", relation), verb=verb, parameters={"links": relation})

    def _change(self, demo: DemoProject, record: str) -> None:
        """Words of a requirement change after its tests were linked; then it is joined with what was written twice."""
        place: dict[str, Any] = {"record": record, "table": rows.REQUIREMENTS, "field": "rationale"}
        records.type_text(**_by(demo, DANIEL, "rationale"), **place, text=rows.RATIONALE)
        cell = verbs.Cell(record, rows.REQUIREMENTS, "statement", rows.CHANGED_TO)
        records.write_cells(**_by(demo, SOFIA, "statement"), cells=[cell])
        (twice,) = self._create(demo, SOFIA, rows.REQUIREMENTS, [rows.TWICE], "twice")
        records.merge(**_by(demo, MARA, "merge"), record=record, absorbed=twice)

        def keep_key(acts: Acts, schema: Schema) -> list[Payload]:
            return acts.resolve(record, rows.REQUIREMENTS, "key", f"REQ-{rows.CHANGED}")

        act(**_by(demo, MARA, "key"), verb=keep_key, parameters={"key": rows.CHANGED})


def _by(demo: DemoProject, person: DemoPerson, *name: str) -> dict[str, Any]:
    """Who does something, once, and where."""
    return {"caller": demo.once(person, "registers", *name), "project_id": demo.project.id}
