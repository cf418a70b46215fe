"""Revoking a site: nothing that was accepted is taken back, nothing after the cut comes in, and its links end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import Conflict, NotFound
from kernel.names import check_reason
from projects.writing import ProjectWrite, project_write
from stages.replication.admission.claims import claims_about
from stages.replication.admission.cuts import Cut, own_head, read_cut
from stages.replication.admission.events import REVOKED, REVOKED_LINE
from stages.replication.admission.keys import check_key
from stages.replication.admission.recording import notify_owners, peer_of, record_site
from stages.replication.admission.waking import close_links, held_again, wake
from stages.replication.models import Peer
from stages.replication.permissions import REVOKE


def revoke_site(*, caller: Caller, project_id: UUID, key: str, reason: str) -> Peer:
    """Revoke an admitted site, for a reason. Other sites are informed, and decide for themselves.

    Its chain ends at what is here of it. What others say to have accepted before is recorded with it, and comes in by
    `retry_held` once all of it is here.

    Raises `NotFound` for a site that is not known, `Conflict` for one that is not admitted.
    """
    reason = check_reason(reason)
    wanted = check_key(key)
    parameters = {"key": key, "reason": reason}
    with project_write(caller=caller, project_id=project_id, action=REVOKE, parameters=parameters) as write:
        peer = peer_of(project_id, wanted)
        if write.repeat_of is not None:
            return peer
        if not peer.is_admitted:
            raise Conflict(_("This site is not admitted."))
        return _revoke(write, peer, reason, follows=None)


def follow_revocation(*, caller: Caller, project_id: UUID, key: str) -> Peer:
    """Revoke a site as another one has; what that one says to have accepted of it counts as in `revoke_site`.

    Also a site that was never admitted here: then its bundles up to that cut come in. Raises `NotFound` where no
    admitted site has revoked it, `Conflict` where it is revoked here already.
    """
    wanted = check_key(key)
    with project_write(caller=caller, project_id=project_id, action=REVOKE, parameters={"follow": key}) as write:
        peer = peer_of(project_id, wanted)
        if write.repeat_of is not None:
            return peer
        if peer.revoked_at is not None:
            raise Conflict(_("This site is revoked already."))
        by, reason = _reported(project_id, key)
        return _revoke(write, peer, reason, follows=by)


def reported_revocations(project_id: UUID) -> dict[str, dict[str, Any]]:
    """Sites that an admitted one has revoked, by their keys: the furthest cut, and the key of who named it (`by`)."""
    found: dict[str, dict[str, Any]] = {}
    peers = Peer.objects.filter(project=project_id, admitted_at__isnull=False, revoked_at=None)
    for peer in peers.exclude(revocations={}).order_by("id"):
        for key, said in peer.revocations.items():
            cut = read_cut({"number": said["number"], "hash": said["hash"]})
            if cut is not None and (key not in found or cut > Cut(found[key]["number"], found[key]["hash"] or "")):
                found[key] = {**cut.as_data(), "by": peer.key_text, "by_name": peer.name, "at": said.get("at")}
    return found


def _reported(project_id: UUID, key: str) -> tuple[str, str]:
    """Who revoked a site, and the reason to record here."""
    said = reported_revocations(project_id).get(key)
    if said is None:
        raise NotFound(_("No admitted site has revoked this one."))
    reason = _("Revoked at {site}.").format(site=said["by_name"] or said["by"][:8])
    return said["by"], reason


def _revoke(write: ProjectWrite, peer: Peer, reason: str, *, follows: str | None) -> Peer:
    cut = own_head(write.project.id, bytes(peer.key))
    claims = [each.as_data() for each in claims_about(write.project.id, bytes(peer.key))]
    event = record_site(write, REVOKED, peer, {"cut": cut.as_data(), "claims": claims, "follows": follows}, reason)
    if peer.admitted_at is None:
        peer.admitted_by, peer.admitted_at = write.caller.user, event.at
    peer.revoked_at, peer.cut_number, peer.cut_hash = event.at, cut.number, cut.hash_bytes
    peer.node, peer.claimed_until = "", None
    peer.save()
    notify_owners(write, REVOKED_LINE, peer, event.seq)
    write.afterwards(close_links, write.project.id, peer.key_text)
    write.afterwards(held_again, write.project.id)
    write.afterwards(wake, write.project.id)
    return peer
