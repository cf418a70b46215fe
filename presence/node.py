"""What this node knows of its own sockets: which people, in which projects, in which fields."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Person
from presence import services
from presence.redis_presence import PersonPresence


@dataclass(slots=True)
class _ConnectedPerson:
    """A person with their tabs here: connection → the field it is in."""

    person: Person
    connections: dict[str, str | None] = field(default_factory=dict)

    def present(self) -> PersonPresence:
        fields = {name for name in self.connections.values() if name is not None}
        return PersonPresence(user=self.person, fields=tuple(sorted(fields)))


class NodePresence:
    """The people of one node.

    `enter`, `focus` and `leave` change what is known here and answer whether Redis must be updated; they never wait.
    `update`, `rewrite` and `sweep` go to Redis, one after the other. They write what is known at that moment, so the
    order in which two changes get there does not matter.
    """

    def __init__(self) -> None:
        self.node = secrets.token_hex(8)
        self._guard = threading.Lock()
        self._projects: dict[UUID, dict[str, _ConnectedPerson]] = {}

    @property
    def project_ids(self) -> list[UUID]:
        with self._guard:
            return list(self._projects)

    def people_in(self, project_id: UUID) -> list[PersonPresence]:
        """The people of a project whom this node itself sees: what is known without Redis."""
        with self._guard:
            return [somebody.present() for somebody in self._projects.get(project_id, {}).values()]

    def enter(self, project_id: UUID, person: Person, connection: str) -> bool:
        """A socket of a person has joined a project."""
        with self._guard:
            people = self._projects.setdefault(project_id, {})
            somebody = people.setdefault(person["id"], _ConnectedPerson(person))
            somebody.connections[connection] = None
            return len(somebody.connections) == 1

    def focus(self, project_id: UUID, user_id: str, connection: str, name: str | None) -> bool:
        """A socket's person has gone to a field, or to none."""
        with self._guard:
            somebody = self._projects.get(project_id, {}).get(user_id)
            if somebody is None or somebody.connections.get(connection, name) == name:
                return False
            somebody.connections[connection] = name
            return True

    def leave(self, project_id: UUID, user_id: str, connection: str) -> bool:
        """A socket is gone; doing so twice does nothing."""
        with self._guard:
            people = self._projects.get(project_id, {})
            somebody = people.get(user_id)
            if somebody is None or connection not in somebody.connections:
                return False
            was_in_a_field = somebody.connections.pop(connection) is not None
            if somebody.connections:
                return was_in_a_field
            del people[user_id]
            if not people:
                del self._projects[project_id]
            return True

    def update(self, project_id: UUID, person: Person) -> None:
        """Bring the register up to date about one person. Raises `RedisError`."""
        with self._guard:
            somebody = self._projects.get(project_id, {}).get(person["id"])
            seen = [somebody.present()] if somebody else []
        if seen:
            services.record_presence(project_id=project_id, node=self.node, people=seen)
        else:
            services.remove_presence(project_id=project_id, node=self.node, person=person)

    def rewrite(self) -> None:
        """Say again who is here, before the entries expire. Raises `RedisError`."""
        for project_id in self.project_ids:
            services.record_presence(project_id=project_id, node=self.node, people=self.people_in(project_id))

    def sweep(self) -> None:
        """Take the people of dead nodes out of the projects that somebody watches here. Raises `RedisError`."""
        services.sweep(self.project_ids)
