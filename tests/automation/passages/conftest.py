from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.automation.facets import PASSAGE
from stages.automation.services.passages import Linked, link_passage
from stages.registers import verbs
from stages.registers.schema import Relation
from tests.registers.storing.world import REQ, Desk
from tests.writers import Writer

IMPLEMENTED = "implemented_by"
PROMPT = """# Role
You quote the protocol.

# Safety
Grade every event by CTCAE 5.0.
A grade 4 event ends with:
Report to the sponsor within 48 hours.

# Style
Be brief."""


class PassageDesk(Desk):
    """Somebody who links requirements to lines of the prompt."""

    def link(self, record: str, first: int, last: int, **facts: Any) -> Linked:
        given = {"field": "prompt_text", "version": 1, "relation": IMPLEMENTED, **facts}
        return link_passage(
            caller=self.caller, project_id=self.project.id, record=record, from_line=first, to_line=last, **given
        )

    def passage(self, record: str) -> dict[str, Any]:
        names = ("text", "quote", "from_line", "to_line", "version")
        return {name: self.value(record, name, PASSAGE) for name in names}


@pytest.fixture
def writer(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Writer:
    """The editor, who has written the prompt."""
    writer = Writer(caller_for(editor), project)
    writer.save({"prompt_text": PROMPT}, writer.take("prompt_text"), release_locks=True)
    return writer


@pytest.fixture
def desk(project: Project, editor: User, caller_for: Callable[..., Caller]) -> PassageDesk:
    """The editor at the requirements, with a relation to passages."""
    desk = PassageDesk(project, caller_for(editor))
    desk.create_table()
    relation = Relation(IMPLEMENTED, source=REQ, target=PASSAGE)
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, relation))
    return desk
