"""Every task is what its events add up to, and every event of a task has its task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import TextField
from django.db.models.functions import Cast

from audit.models import Event, project_chain
from audit.verification import Finding
from drafts.tasks.models import Task


def check_tasks() -> Iterator[Finding]:
    """Replay the events of each task; then look for tasks that are lost."""
    events = Event.objects.filter(target_type="task").order_by("seq")
    for task in Task.objects.order_by("project", "id").iterator(chunk_size=500):
        what = _difference(task, list(events.filter(target_id=str(task.id))))
        if what:
            yield Finding(f"task {task.id} of project {task.project_id}", what)
    known = Task.objects.annotate(key=Cast("id", TextField())).values("key")
    for event in events.filter(action="task.created").exclude(target_id__in=known).order_by("id"):
        yield Finding(f"{event.chain}#{event.seq}", "the task it recorded is gone")


def _difference(task: Task, events: Sequence[Event]) -> str | None:
    if not events or events[0].action != "task.created":
        return "no event recorded it"
    said: dict[str, object] = {"done_at": None, "done_by": None}
    for event in events:
        data = event.data
        said |= {name: data[name] for name in ("text", "assignee", "done_by") if name in data}
        if "done" in data:
            said["done_at"] = event.at if data["done"] else None
    stands = {
        "project": (project_chain(task.project_id), events[0].chain),
        "author": (task.created_by_id, events[0].actor_id),
        "time": (task.created_at, events[0].at),
        "text": (task.text, said["text"]),
        "assignee": (str(task.assignee_id) if task.assignee_id else None, _id_of(said["assignee"])),
        "tick": (task.done_at, said["done_at"]),
        "ticker": (str(task.done_by_id) if task.done_by_id else None, _id_of(said["done_by"])),
    }
    for name, (stored, recorded) in stands.items():
        if stored != recorded:
            return f"its {name} was changed: its events say {recorded!r}"
    return None


def _id_of(person: object) -> str | None:
    return str(person["id"]) if isinstance(person, dict) else None
