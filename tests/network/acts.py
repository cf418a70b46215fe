"""Random acts of random people over REST: whatever the pages of registers offer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from tests.network.people import Person

REQUIREMENTS: Final = "requirements"
RISKS: Final = "risks"
TABLES: Final[dict[str, dict[str, Any]]] = {
    REQUIREMENTS: {
        "key_prefix": "REQ",
        "columns": [{"name": "title"}, {"name": "prio", "type": "integer"}, {"name": "body", "crdt": True}],
    },
    RISKS: {"columns": [{"name": "title"}, {"name": "prio", "type": "integer"}, {"name": "body", "crdt": True}]},
}
WORDS: Final = ("Stop", "Quote", "日本", "Ölstand", "😀", "a\nb", "")


def furnish(person: Person, project: str, *, records: int = 4) -> list[str]:
    """Two tables, a kind of links, and some records; the ids of these."""
    for table, facts in TABLES.items():
        person.create_table(project, table, **facts)
    relation = {"type": "mitigates", "title": "mitigates", "source": REQUIREMENTS, "target": RISKS}
    person.post(f"projects/{project}/registers/relations/", {**relation, "properties": {"note": "integer"}})
    rows = [{"title": f"record {number}", "prio": number} for number in range(records)]
    path = f"projects/{project}/registers/tables/{REQUIREMENTS}/records/"
    made: list[str] = person.post(path, {"rows": rows})["records"]
    return made


class RandomActs:
    """What people do. Others may have done something about the same thing meanwhile: then the site refuses."""

    def __init__(self, chance: random.Random, project: str, records: Sequence[str]) -> None:
        self.chance = chance
        self.project = project
        self.records = list(records)
        self.edges: list[str] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def act(self, person: Person) -> str:
        """Let somebody do something; what."""
        name = self.chance.choice(ACTS)
        answer = getattr(self, name)(person)
        assert answer is None or answer.status < 500, (name, answer)
        counted = self.done if answer is not None and answer.status < 400 else self.refused
        counted[name] += 1
        return name

    def _send(self, person: Person, method: str, path: str, body: Any = None) -> Any:
        return person.request(method, f"v1/projects/{self.project}/registers/{path}", body)

    def _record(self) -> str:
        return self.chance.choice(self.records)

    def _table(self) -> str:
        return self.chance.choice((REQUIREMENTS, REQUIREMENTS, RISKS))

    def _values(self) -> dict[str, Any]:
        return {"title": f"{self.chance.choice(WORDS)} {self.chance.randrange(100)}", "prio": self.chance.randrange(9)}

    def create(self, person: Person) -> Any:
        answer = self._send(person, "POST", f"tables/{self._table()}/records/", {"values": self._values()})
        if answer.status < 400:
            self.records += answer.body["records"]
        return answer

    def change(self, person: Person) -> Any:
        values = dict([self.chance.choice(list(self._values().items()))])
        return self._send(person, "PATCH", f"records/{self._record()}/", {"table": self._table(), "values": values})

    def type(self, person: Person) -> Any:
        text = " ".join(self.chance.choice(WORDS) for _ in range(self.chance.randrange(1, 6)))
        body = {"table": self._table(), "field": "body", "text": text}
        return self._send(person, "PUT", f"records/{self._record()}/text/", body)

    def delete(self, person: Person) -> Any:
        return self._send(person, "DELETE", f"records/{self._record()}/")

    def restore(self, person: Person) -> Any:
        return self._send(person, "POST", f"records/{self._record()}/restore/", {})

    def attach(self, person: Person) -> Any:
        return self._send(person, "POST", f"records/{self._record()}/facets/", {"table": self._table()})

    def detach(self, person: Person) -> Any:
        return self._send(person, "DELETE", f"records/{self._record()}/facets/{self._table()}/")

    def link(self, person: Person) -> Any:
        body = {"source": self._record(), "target": self._record(), "type": self.chance.choice(("mitigates", None))}
        answer = self._send(person, "POST", "edges/", body)
        if answer.status < 400:
            self.edges.append(answer.body["edge"])
        return answer

    def annotate(self, person: Person) -> Any:
        if not self.edges:
            return None
        edge = self.chance.choice(self.edges)
        return self._send(person, "PATCH", f"edges/{edge}/", {"properties": {"note": self.chance.randrange(9)}})

    def unlink(self, person: Person) -> Any:
        return self._send(person, "DELETE", f"edges/{self.chance.choice(self.edges)}/") if self.edges else None

    def merge(self, person: Person) -> Any:
        return self._send(person, "POST", f"records/{self._record()}/merge/", {"absorbed": self._record()})

    def split(self, person: Person) -> Any:
        return self._send(person, "POST", f"records/{self._record()}/split/", {"tables": [self._table()]})

    def undo(self, person: Person) -> Any:
        return self._send(person, "POST", "undo/", {})

    def redo(self, person: Person) -> Any:
        return self._send(person, "POST", "redo/", {})

    def resolve(self, person: Person) -> Any:
        """Decide something that waits here for a decision."""
        waiting = person.conflicts(self.project)
        if not waiting:
            return None
        conflict = self.chance.choice(waiting)
        tips = [each["op_id"] for each in conflict["tips"]]
        body: dict[str, Any] = {}
        if conflict["kind"] in ("field", "text"):
            value = 5 if conflict["field"] in ("prio", "note") else f"decided {self.chance.randrange(100)}"
            body = {"value": value, "tips": tips}
        elif conflict["kind"] != "duplicate":
            choices = ("merge", "split") if conflict["kind"] == "split_merged" else ("keep", "delete")
            body = {"choice": self.chance.choice(choices)}
        return self._send(person, "POST", f"conflicts/{conflict['id']}/resolve/", body)


ACTS: Final = (
    *(["create"] * 5),
    *(["change"] * 10),
    *(["type"] * 5),
    *("delete", "delete", "restore", "attach", "detach", "link", "link", "link", "annotate", "unlink"),
    *("merge", "split", "undo", "redo", "resolve", "resolve", "resolve"),
)
