"""The frame of a write that is on record and changes a pad's text: restoring, taking back, renewing.

The project's row comes first, as in every write on record, then the pad's document here, then the pad's row. The
document is given back after the commit, and dropped where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.event_types import EventType
from audit.services import Target
from kernel.crdt.documents import Change, Document
from kernel.crdt.edits import Edits
from projects.writing import ProjectWrite, project_write, upkeep_write
from stages.pads.authors import Run
from stages.pads.documents import DOCUMENTS
from stages.pads.errors import PadClosed
from stages.pads.events import pad_facts
from stages.pads.models import Pad
from stages.pads.reading import load_pad
from stages.pads.services.batches import Batch, open_batch
from stages.pads.services.writers import number_of


@dataclass(slots=True)
class PadWrite:
    """One write under way: the project's, and the pad's batch."""

    write: ProjectWrite
    pad: Pad
    batch: Batch

    def add(
        self,
        change: Change,
        *,
        event_type: EventType,
        facts: Mapping[str, Any],
        credited: tuple[Run, ...] | None = None,
        renewed: Document | None = None,
    ) -> int:
        """Store a change as the next revision, with its event; answers its number."""
        user = self.write.caller.user
        self.batch.people[user.id] = user.person()
        writer = number_of(self.write.caller, self.pad.id)
        row = self.batch.add(change, writer=writer, user_id=user.id, credited=credited, renewed=renewed)
        self.batch.store()
        data = {**pad_facts(self.pad), "revision": row.revision, **facts}
        self.write.record(event_type.name, Target.of("pad", self.pad.id), data)
        return row.revision

    def apply(self, edits: Edits) -> Change:
        """Change the document. Raises `ValidationFailed`, `PayloadTooLarge`."""
        return self.batch.apply_edits(edits)


@contextmanager
def pad_write(*, caller: Caller, pad_id: UUID, parameters: Mapping[str, Any]) -> Iterator[PadWrite | int]:
    """Open a write of a person in a pad, or answer the revision that the same `client_ref` made before.

    Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`, `PadClosed`.
    """
    found = load_pad(pad_id)
    given: dict[str, Any] = {"project_id": found.project_id, "parameters": {"pad": str(pad_id), **parameters}}
    with ExitStack() as stack, project_write(caller=caller, action="pad.write", **given) as write:
        if write.repeat_of is not None:
            yield int(write.repeat_of.data["revision"])
            return
        yield _opened(stack, write, found)


@contextmanager
def pad_upkeep(*, caller: Caller, pad_id: UUID) -> Iterator[PadWrite]:
    """The same for upkeep, which needs no permission."""
    found = load_pad(pad_id)
    with ExitStack() as stack, upkeep_write(caller=caller, project_id=found.project_id) as write:
        yield _opened(stack, write, found)


def _opened(stack: ExitStack, write: ProjectWrite, found: Pad) -> PadWrite:
    cached = stack.enter_context(DOCUMENTS.using(found.id))
    batch = open_batch(found.id, cached, [])
    if batch.access.pad.closed_at is not None:
        raise PadClosed(_("The pad is closed. Reopen it to go on."))
    return PadWrite(write, load_pad(found.id), batch)
