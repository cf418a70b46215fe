"""What is done when an account is closed: other sites learn at once that its key no longer counts."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.deactivation import Afterwards, Deactivation
from stages.registers.models import ActorKey
from stages.replication.admission.waking import wake
from stages.replication.models import Peer


def wake_afterwards(deactivation: Deactivation) -> Afterwards | None:
    """Wake the links of all projects that have other sites, once the account is closed, if it ever signed anything."""
    if not ActorKey.objects.filter(user=deactivation.user_id).exists():
        return None
    shared: set[UUID] = set(Peer.objects.order_by().values_list("project_id", flat=True))

    def after_the_commit() -> None:
        for project_id in sorted(shared):
            transaction.on_commit(partial(wake, project_id), robust=True)

    return after_the_commit
