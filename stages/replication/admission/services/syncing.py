"""Asking the links of a site to look at once."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller, refuse_read_only
from kernel.errors import Conflict
from projects.access import get_project
from stages.replication.admission.keys import check_key
from stages.replication.admission.recording import peer_of
from stages.replication.admission.waking import wake
from stages.replication.models import Peer
from stages.replication.permissions import SYNC


def sync_site(*, caller: Caller, project_id: UUID, key: str) -> Peer:
    """Dial a site without waiting for the next try, and exchange what differs. Nothing is written, nor recorded."""
    refuse_read_only(caller)
    get_project(user=caller.user, project_id=project_id, action=SYNC)
    peer = peer_of(project_id, check_key(key))
    if not peer.is_admitted:
        raise Conflict(_("This site is not admitted."))
    wake(project_id)
    return peer
