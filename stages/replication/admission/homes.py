"""The name of a replica's home, for refusals that send people there."""

from __future__ import annotations

from uuid import UUID

from stages.replication.models import Peer


def name_of_home(project_id: UUID) -> str:
    """The name of the site where a project is at home, or the first digits of its key; empty where that is here."""
    home = Peer.objects.filter(project=project_id, is_home=True).first()
    return "" if home is None else home.name or home.key_text[:8]
