"""What this stage adds to the demo: three modules, rules, linked passages, and scripts that have run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from blobs.models import Blob
from drafts.models import Draft
from projects.demo import DANIEL, MARA, DemoPerson, DemoProject
from projects.models import Project, Status
from stages.automation import demo_rows as rows
from stages.automation.executing.working import run_execution
from stages.automation.facets import SCRIPT, record_id
from stages.automation.packages.shipped import shipped_modules
from stages.automation.services.module_records import capabilities_of
from stages.automation.services.modules import adopt_module
from stages.automation.services.passages import follow_passages, link_passage
from stages.automation.services.rule_proposals import propose_of_rule
from stages.automation.services.rules import save_rule
from stages.automation.services.scripts import run_script
from stages.registers import verbs
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.models import Row
from stages.registers.schema import Schema
from stages.registers.services.acting import act
from stages.registers.services.links import confirm_mapping
from stages.registers.services.records import Cell, attach, create_records, set_cells
from stages.registers.services.tables import create_table
from stages.registers.verbs.finding import make_id

MODULES: Final = ("traceability", "models", "production")
JANE: Final = {"name": "Jane Doe", "email": "jane.doe@example.org", "department": "cast"}
SAFETY: Final = "safety_review"
RULE: Final[dict[str, Any]] = {
    "scope": "requirements",
    "when": [{"column": "area", "is": "Safety"}, {"column": "priority", "is": "Must"}],
    "add_to": SAFETY,
    "fill": {"reviewer": "Priya Raman"},
}
# Requirements by their keys, a version, and how the line begins that implements them there.
PASSAGES: Final = (
    ("REQ-9", 12, "- Grade every event by CTCAE 5.0"),
    ("REQ-6", 12, "- Never compute a dose from body weight"),
    # It says 24 hours since amendment 4, so the link is suspect.
    ("REQ-7", 11, "  > Report to the sponsor within 48 hours"),
)
INVITED: Final = "name;email;department\nJane Doe;jane.doe@example.org;cast\nTom Reyes;tom.reyes@example.org;lighting\n"


class AdoptModules:
    """Mara adopts the modules and a rule, Daniel links passages, and both run scripts."""

    def play(self, demo: DemoProject) -> None:
        if not Project.objects.filter(pk=demo.project.pk, status=Status.OPEN).exists():
            # The story was interrupted during a review; the next run goes on.
            return
        for name in MODULES:
            manifest = shipped_modules()[name].manifest
            adopt_module(**_by(demo, MARA, "adopt", name), name=name, grants=capabilities_of(manifest.capabilities))
        self._cast(demo)
        self._requirements(demo)
        self._rule(demo)
        self._passages(demo)
        self._run(demo, DANIEL, "traceability/untested", priority="Must")
        self._run(demo, DANIEL, "production/import_people")
        self._run(demo, DANIEL, "production/import_people", file=INVITED)
        self._run(demo, MARA, "models/propose")

    def _cast(self, demo: DemoProject) -> None:
        done = create_records(**_by(demo, MARA, "jane"), table="contacts", rows=[JANE])
        jane = str(done.answer[0])
        attach(**_by(demo, MARA, "cast"), record=jane, table="cast", values={"role": "Ophelia"})
        one, other = ("contacts", "name"), ("cast", "actor")
        confirm_mapping(**_by(demo, MARA, "same"), one=one, other=other)
        self._create(demo, "contacts", rows.CONTACTS)
        cast = [jane, *self._create(demo, "cast", rows.CAST)]
        scenes, cues = self._create(demo, "scenes", rows.SCENES), self._create(demo, "cues", rows.CUES)
        self._create(demo, "models", rows.MODELS)
        self._link(demo, "plays", [(cast[at], scenes[of - 1]) for at, each in rows.PLAYS for of in each])
        self._link(demo, "in_scene", [(cues[at], scenes[of - 1]) for at, of in enumerate(rows.CUES_IN)])

    def _requirements(self, demo: DemoProject) -> None:
        """Daniel says of most requirements how far they are, and who answers for them."""
        keys = dict(Row.objects.filter(project=demo.project, facet="requirements").values_list("shown__key", "record"))
        cells = [
            Cell(str(keys[key]), "requirements", field, value)
            for key, facts in rows.REQUIREMENTS.items()
            if key in keys
            for field, value in zip(("status", "owner"), facts, strict=True)
        ]
        set_cells(**_by(demo, DANIEL, "requirements"), cells=cells)

    def _create(self, demo: DemoProject, table: str, listed: Sequence[dict[str, Any]]) -> list[str]:
        return [str(each) for each in create_records(**_by(demo, MARA, "rows", table), table=table, rows=listed).answer]

    def _link(self, demo: DemoProject, relation: str, ends: Sequence[tuple[str, str]]) -> None:
        def verb(acts: Acts, schema: Schema) -> list[Payload]:
            return [
                payload
                for source, target in ends
                for payload in verbs.link(acts, schema, make_id(), source=source, target=target, type_=relation)
            ]

        act(**_by(demo, MARA, "links", relation), verb=verb, parameters={"links": relation})

    def _rule(self, demo: DemoProject) -> None:
        """What the rule would add waits as its proposal."""
        columns = [{"name": "reviewer", "title": "Reviewer"}, {"name": "reviewed_on", "title": "On", "type": "date"}]
        create_table(**_by(demo, MARA, "table"), table=SAFETY, title="Safety review", columns=columns)
        saved = save_rule(**_by(demo, MARA, "rule"), name="Safety is reviewed", definition=RULE, is_on=True)
        propose_of_rule(demo.project.id, saved.id)

    def _passages(self, demo: DemoProject) -> None:
        keys = Row.objects.filter(project=demo.project, facet="requirements").values_list("shown__key", "record")
        records = {key: str(record) for key, record in keys}
        for key, version, beginning in PASSAGES:
            line = _line(demo.project.id, version, beginning)
            if key in records and line is not None:
                place: dict[str, Any] = {"field": "prompt_text", "version": version, "from_line": line, "to_line": line}
                facts: dict[str, Any] = {"record": records[key], "relation": "implemented_by", **place}
                link_passage(**_by(demo, DANIEL, "passage", key), **facts)
        follow_passages(demo.project.id)

    def _run(self, demo: DemoProject, person: DemoPerson, script: str, **args: Any) -> None:
        where = _by(demo, person, "run", script, *args)
        record = UUID(record_id(demo.project.id, SCRIPT, script))
        run_execution(run_script(**where, script_id=record, args=args).id)


def _line(project_id: UUID, version: int, beginning: str) -> int | None:
    """The number of the line of the prompt that begins so, in a version."""
    draft = Draft.objects.of_project(project_id).filter(version_number=version).first()
    text = Blob.objects.get(pk=draft.sha256_of("prompt_text")).text if draft is not None else ""
    return next((at for at, line in enumerate(text.split("\n"), start=1) if line.startswith(beginning)), None)


def _by(demo: DemoProject, person: DemoPerson, *name: str) -> dict[str, Any]:
    """Who does something, once, and where."""
    return {"caller": demo.once(person, "automation", *name), "project_id": demo.project.id}
