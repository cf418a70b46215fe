"""What this stage adds to the demo: three modules, and Jane Doe in two tables of one of them."""

from __future__ import annotations

from typing import Any, Final

from projects.demo import MARA, DemoPerson, DemoProject
from projects.models import Project, Status
from stages.automation.services.modules import adopt_module
from stages.registers.services.links import confirm_mapping
from stages.registers.services.records import attach, create_records

MODULES: Final = ("traceability", "models", "production")
JANE: Final = {"name": "Jane Doe", "email": "jane.doe@example.org", "department": "cast"}


class AdoptModules:
    """Mara adopts the modules, and says that an actor's name is that of a contact."""

    def play(self, demo: DemoProject) -> None:
        if not Project.objects.filter(pk=demo.project.pk, status=Status.OPEN).exists():
            # The story was interrupted during a review; the next run goes on.
            return
        for name in MODULES:
            adopt_module(**_by(demo, MARA, "adopt", name), name=name)
        done = create_records(**_by(demo, MARA, "jane"), table="contacts", rows=[JANE])
        jane = str(done.answer[0])
        attach(**_by(demo, MARA, "cast"), record=jane, table="cast", values={"role": "Ophelia"})
        one, other = ("contacts", "name"), ("cast", "actor")
        confirm_mapping(**_by(demo, MARA, "same"), one=one, other=other)


def _by(demo: DemoProject, person: DemoPerson, *name: str) -> dict[str, Any]:
    """Who does something, once, and where."""
    return {"caller": demo.once(person, "automation", *name), "project_id": demo.project.id}
