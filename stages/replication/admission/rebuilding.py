"""Projects that came from another site, as the events say."""

from __future__ import annotations

from audit.rebuilding.facts import Fact, moment
from audit.rebuilding.tables import Rows
from projects.models import Status
from projects.rebuilding import PROJECTS
from stages.replication.admission.events import JOINED


def register() -> None:
    """Add what joining does to the projects' own table."""
    PROJECTS.on(JOINED)(_joined)


def _joined(rows: Rows, fact: Fact) -> None:
    said = fact.data["project"]
    rows.put(
        fact,
        (fact.project_id,),
        name=said["name"],
        description=said["description"],
        is_private=True,
        created_at=moment(said["created_at"]),
        created_by_id=fact.actor_id,
        status=Status.REPLICA.value,
        current_draft_id=None,
    )
