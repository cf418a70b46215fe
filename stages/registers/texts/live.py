"""What others get to see of shared texts while they are typed: unnumbered frames of one topic for each project."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from accounts.callers import Caller
from gateway.streams import TopicType, topic_id
from projects.access import get_project
from stages.registers.permissions import READ

NOTIFICATIONS: Final = {
    "record.typed": ("record", "facet", "field", "writer", "user", "delta", "bundle"),
    "record.caret": ("record", "facet", "field", "writer", "user", "anchor", "head"),
}


def texts_topic(project_id: UUID) -> str:
    """The topic of the shared texts of a project's records."""
    return f"register_texts.{project_id}"


def authorize(caller: Caller, topic: str) -> UUID:
    """Whoever may read the project's registers."""
    project_id = topic_id(topic)
    get_project(user=caller.user, project_id=project_id, action=READ)
    return project_id


TOPIC: Final = TopicType(authorize=authorize)
