"""Who controlled which field when a version was made: the journal's answer for one version (control c22)."""

from __future__ import annotations

from audit.models import Event
from drafts.models import Draft
from locking.models import Lease


def leases_of(draft: Draft) -> list[Lease]:
    """The leases under which a version's fields were written, by field.

    A save names their tokens in its event. Revert, undo, redo and import hold each field only for their moment, so the
    event's own `seq` is the token.
    """
    event = Event.objects.of_project(draft.project_id).get(action="draft.saved", target_id=str(draft.id))
    tokens = {*event.data.get("tokens", {}).values(), event.seq}
    leases = Lease.objects.of_project(draft.project_id).filter(token__in=tokens).select_related("user", "session")
    return sorted(leases, key=lambda lease: lease.field)
