"""Every version is what its event says, and every event of a version has its version."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast

from audit.models import Event, project_chain
from audit.verification import Finding
from drafts.content import content_hash
from drafts.models import Draft


def check_drafts() -> Iterator[Finding]:
    """Compare each version with its `draft.saved` event, then look for events whose version is gone."""
    saved = Event.objects.filter(action="draft.saved", target_type="draft")
    for draft in Draft.objects.order_by("project", "version_number").iterator(chunk_size=500):
        where = f"draft v{draft.version_number} of project {draft.project_id}"
        event = saved.filter(target_id=str(draft.id)).first()
        if event is None:
            yield Finding(where, "no event recorded it")
            continue
        what = _difference(draft, event)
        if what:
            yield Finding(where, what)
    known = Draft.objects.annotate(key=Cast("id", TextField())).values("key")
    for event in saved.exclude(target_id__in=known).order_by("id"):
        yield Finding(f"{event.chain}#{event.seq}", f"the version {event.data.get('version')} it recorded is gone")


def _difference(draft: Draft, event: Event) -> str | None:
    said = event.data
    stands = {
        "project": (project_chain(draft.project_id), event.chain),
        "author": (draft.author_id, event.actor_id),
        "time": (draft.created_at, event.at),
        "version": (draft.version_number, said.get("version")),
        "kind": (draft.kind, said.get("kind")),
        "source version": (draft.source_version, said.get("source_version")),
        "message": (draft.message, said.get("message")),
        "changed fields": (draft.changed_fields, said.get("changed_fields")),
        "content hash": (draft.content_hash, said.get("content_hash")),
    }
    for name, (stored, recorded) in stands.items():
        if stored != recorded:
            return f"its {name} was changed: its event says {recorded!r}"
    if content_hash(draft.fields) != draft.content_hash:
        return "its fields were changed: the content hash does not fit"
    return None
