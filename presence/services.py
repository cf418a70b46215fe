"""Who is here: changes of the register in Redis, shown to everybody who watches the project.

None of this is a record. Redis may lose it at any time; the nodes write it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

import realtime
from accounts.models import Person
from audit.live import topic_of
from kernel.errors import PayloadTooLarge
from presence import redis_presence
from presence.redis_presence import PersonPresence
from projects.fields import check_field_name

# One section of a change: so many code units kept, or so many replaced by lines of text.
ChangeSection = int | list[int | str]


def record_presence(*, project_id: UUID, node: str, people: Sequence[PersonPresence]) -> None:
    """Write that a node sees these people, and send `presence.joined` for those who are new in the project.

    Called when somebody joins or goes to another field, and for everybody every `REWRITE_INTERVAL`. Raises
    `RedisError`.
    """
    if people:
        appeared = redis_presence.write(project_id=project_id, node=node, people=people)
        _send("presence.joined", project_id, appeared)


def remove_presence(*, project_id: UUID, node: str, person: Person) -> None:
    """Write that a node no longer sees a person; send `presence.left` if no other node does. Raises `RedisError`."""
    if redis_presence.remove(project_id=project_id, node=node, user_id=person["id"]):
        _send("presence.left", project_id, [person])


def sweep(project_ids: Iterable[UUID]) -> None:
    """Send `presence.left`, once, for the people of nodes that died. Raises `RedisError`."""
    for project_id in project_ids:
        _send("presence.left", project_id, redis_presence.sweep(project_id))


def move_cursor(
    *, project_id: UUID, session_id: UUID, person: Person, field: str | None, anchor: int, head: int
) -> None:
    """Show the others where a session's cursor is: offsets in UTF-16 code units; None where it has left the fields.

    Raises `ValidationFailed` for the field's name. Never waits.
    """
    if field is not None:
        check_field_name(field)
    data = {"session_id": str(session_id), "field": field, "anchor": anchor, "head": head}
    realtime.send_ephemeral(
        topic=topic_of(project_id), name="cursor.moved", actor=person, data=data, origin=str(session_id)
    )


def show_typing(
    *,
    project_id: UUID,
    session_id: UUID,
    person: Person,
    field: str,
    token: int,
    revision: int,
    changes: Sequence[ChangeSection],
) -> None:
    """Show the others what a field's writer has just typed: CodeMirror's change sections, in UTF-16 code units.

    Raises `PayloadTooLarge` for more inserted text than a field may hold, line ends included. Never waits; stored
    nowhere.
    """
    limit: int = settings.FOUNDRY_MAX_TEXT_BYTES
    inserted = (part for section in changes if isinstance(section, list) for part in section if isinstance(part, str))
    if sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in inserted) > limit + 1:
        raise PayloadTooLarge(_("A text can have at most {most} bytes.").format(most=limit), field=field, limit=limit)
    data = {
        "session_id": str(session_id),
        "field": field,
        "token": token,
        "revision": revision,
        "changes": changes,
    }
    realtime.send_ephemeral(
        topic=topic_of(project_id), name="text.changed", actor=person, data=data, origin=str(session_id)
    )


def present_in(project_ids: Sequence[UUID]) -> dict[UUID, list[PersonPresence]]:
    """Who is in each of these projects now. Raises `RedisError`."""
    return redis_presence.read(project_ids) if project_ids else {}


def present(project_id: UUID) -> list[PersonPresence]:
    """Who is in a project now. Raises `RedisError`."""
    return present_in([project_id])[project_id]


def _send(name: str, project_id: UUID, people: Iterable[Person]) -> None:
    for person in people:
        realtime.send_ephemeral(topic=topic_of(project_id), name=name, actor=person, data={"user": person})
