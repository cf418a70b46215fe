"""What an admitted site is given to know of the project and of this site, once both have proved their keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from audit.services import site_id
from kernel.errors import PermissionDenied
from projects.models import Project
from stages.replication.admission.addresses import own_name
from stages.replication.admission.succession import key_chain
from stages.replication.models import Peer


def greeting_of(project_id: UUID, key: str) -> dict[str, Any]:
    """The greeting of the site `key`. Raises `PermissionDenied` where it is not admitted."""
    peer = Peer.objects.filter(project=project_id, key=bytes.fromhex(key)).first()
    if peer is None or not peer.is_admitted:
        raise PermissionDenied("")
    project = Project.objects.get(pk=project_id)
    return {
        "project": {"id": str(project.id), "name": project.name, "description": project.description},
        "site": {"id": site_id(), "name": own_name()},
        "home": _home(project_id),
        "rights": str(peer.rights),
        "copies": peer.copies,
        "succession": key_chain(project_id),
    }


def _home(project_id: UUID) -> dict[str, Any] | None:
    """Where the project is at home; null where that is here."""
    home = Peer.objects.filter(project=project_id, is_home=True).first()
    if home is None:
        return None
    site = str(home.site_id) if home.site_id else None
    return {"key": home.key_text, "site": site, "name": home.name, "address": home.address}
