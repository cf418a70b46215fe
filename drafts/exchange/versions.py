"""Writes one version whose texts come from elsewhere: the service behind every import into an existing project."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from blobs.services import store_texts
from drafts.content import FieldChange, applied
from drafts.fingerprints import fingerprint
from drafts.models import MAX_MESSAGE, Draft, DraftKind, FieldContent
from drafts.versions import repeated_draft, write_draft
from kernel.errors import StaleBase
from kernel.names import check_remark
from locking.leases import momentary_lease, refuse_foreign_leases
from locking.models import Lease
from projects.writing import project_write


def import_version(
    *,
    caller: Caller,
    project_id: UUID,
    changes: Mapping[str, FieldChange],
    base: Mapping[str, str | None],
    message: str,
    facts: Mapping[str, Any],
) -> Draft:
    """Make the next version: the current one with `changes`, which must have been checked.

    `base` is the expected content of each changed field (a bare SHA-256, None for nothing), so that a field that
    somebody has changed since is never overwritten. `facts` describe the origin of the version; its event has them as
    `import`, while actor and time are the caller and the server's time. Takes no lock: raises `LockHeld` while somebody
    else edits a changed field, `StaleBase` for a field whose content is not the expected one.
    """
    message = check_remark(message, name="message", maximum=MAX_MESSAGE, required=False)
    parameters = {
        "facts": fingerprint(facts),
        "changes": {name: fingerprint(change.text) for name, change in changes.items()},
        "message": fingerprint(message),
    }
    with project_write(caller=caller, project_id=project_id, action="draft.import", parameters=parameters) as write:
        if write.repeat_of is not None:
            return repeated_draft(write)
        current = write.project.current_draft
        before = current.fields if current else {}
        refuse_foreign_leases(write, changes)
        _refuse_moved(before, base)
        store_texts(texts=[change.text for change in changes.values() if change.text is not None])
        draft = write_draft(
            write,
            current=current,
            after=applied(before, changes),
            kind=DraftKind.IMPORT,
            message=message,
            data={"base_version": current.version_number if current else 0, "import": dict(facts)},
        )
        leases = partial(momentary_lease, write, event_seq=draft.event_seq, at=draft.created_at)
        Lease.objects.bulk_create([leases(field=name) for name in draft.changed_fields])
        return draft


def _refuse_moved(fields: Mapping[str, FieldContent], base: Mapping[str, str | None]) -> None:
    for name, expected in base.items():
        if (fields[name].sha256 if name in fields else None) != expected:
            raise StaleBase(f"{name} was changed in Foundry since it was last imported.", field=name)
