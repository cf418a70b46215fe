"""Replication: sites that a project has admitted, invitations, bundles that wait, and the copied record of home."""

from stages.replication.models.copies import CopiedCheckpoint, CopiedEvent, WantedContent
from stages.replication.models.held import HeldBundle
from stages.replication.models.peers import Invitation, Peer

__all__ = ["CopiedCheckpoint", "CopiedEvent", "HeldBundle", "Invitation", "Peer", "WantedContent"]
