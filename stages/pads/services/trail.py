"""A pad whose row is locked, and the hash of its log on the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from audit.services import Target
from kernel.errors import NotFound
from projects.writing import ProjectWrite
from stages.pads import events
from stages.pads.events import pad_facts
from stages.pads.models import Pad

_NO_FACTS: Final[Mapping[str, Any]] = MappingProxyType({})


def lock_pad(pad_id: UUID) -> Pad:
    """The pad, its row locked until the transaction ends. Raises `NotFound`."""
    pads = Pad.objects.select_related("created_by").select_for_update(no_key=True, of=("self",))
    found = pads.filter(pk=pad_id).first()
    if found is None:
        raise NotFound(_("Pad not found."))
    return found


def record_log(
    write: ProjectWrite, pad: Pad, revision: int, log_hash: bytes, facts: Mapping[str, Any] = _NO_FACTS
) -> None:
    """Record the hash of a locked pad's log up to a revision, which is not older than the one recorded last."""
    data = {**pad_facts(pad), "revision": revision, "log_hash": log_hash.hex(), **facts}
    write.record(events.PAD_RECORDED.name, Target.of("pad", pad.id), data)
    pad.recorded, pad.recorded_hash = revision, log_hash
    pad.save(update_fields=["recorded", "recorded_hash"])
