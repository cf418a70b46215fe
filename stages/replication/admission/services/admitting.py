"""Admitting sites: by the code of an invitation, or by an owner who knows the key; and what they may do then."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.models import Event
from kernel.errors import Conflict, DomainError, NotAuthenticated, NotFound, PermissionDenied, ValidationFailed
from kernel.names import as_name, check_reason
from kernel.statements import database_now
from projects.writing import ProjectWrite, project_write
from stages.replication.admission.addresses import check_address, check_certificate, is_at
from stages.replication.admission.events import ADMITTED, ADMITTED_LINE, RIGHTS_CHANGED, SITE
from stages.replication.admission.keys import check_key
from stages.replication.admission.recording import facts_of, notify_owners, peer_of, record_site
from stages.replication.admission.services.inviting import check_rights, hash_of
from stages.replication.admission.succession import successor_of
from stages.replication.admission.waking import held_again, wake
from stages.replication.models import Invitation, Peer
from stages.replication.models.peers import MAX_NAME
from stages.replication.permissions import ADMIT, CHANGE_RIGHTS


def admit_by_code(
    *, project_id: UUID, key: str, site_id: UUID, name: str, address: str, code: str, came_from: str | None = None
) -> Peer:
    """Admit a site that proved its key and knows the code of an invitation, as the act of whoever invited.

    `came_from` is the network address of its call. Where it says to be elsewhere, nobody has confirmed that.
    Raises `PermissionDenied` for every code that does not admit, always in the same words: one that is wrong, used,
    withdrawn or too old, and one by somebody who is no longer an owner.
    """
    invitation = Invitation.objects.select_related("created_by").filter(code_hash=hash_of(code)).first()
    if invitation is None or invitation.project_id != project_id:
        raise _refused()
    inviter = Caller(user=invitation.created_by, via=SITE, credential=f"invitation:{invitation.id}")
    try:
        with project_write(caller=inviter, project_id=project_id, action=ADMIT) as write:
            invitation.refresh_from_db()
            if not invitation.is_good(database_now()):
                raise _refused()
            peer = _peer(project_id, check_key(key))
            peer.site_id, peer.name = site_id, as_name(name)[:MAX_NAME]
            peer.address = _usable(address)
            peer.address_unconfirmed = bool(peer.address) and not is_at(peer.address, came_from)
            peer.rights, peer.copies = invitation.rights, invitation.copies
            event = _admit(write, peer, invitation)
            invitation.used_at, invitation.used_by = event.at, bytes(peer.key)
            invitation.save(update_fields=["used_at", "used_by"])
            return peer
    except (NotAuthenticated, NotFound, Conflict, ValidationFailed) as error:
        raise _refused() from error


def admit_site(
    *,
    caller: Caller,
    project_id: UUID,
    key: str,
    rights: str,
    copies: bool,
    address: str | None = None,
    certificate: str | None = None,
    name: str | None = None,
) -> Peer:
    """Admit a site by its key: one that another site introduced, or that was revoked, or whose key was compared.

    What is None stays as it was introduced; the caller confirms the address. Raises `ValidationFailed` for a key, an
    address or a certificate that cannot be, `Conflict` for a site that is admitted, or has a newer key.
    """
    check_rights(rights)
    wanted = check_key(key)
    changes = _checked(address=address, certificate=certificate)
    if name is not None:
        changes["name"] = as_name(name)[:MAX_NAME]
    parameters = {"key": key, "rights": rights, "copies": copies, **changes}
    with project_write(caller=caller, project_id=project_id, action=ADMIT, parameters=parameters) as write:
        peer = _peer(project_id, wanted)
        if write.repeat_of is not None:
            return peer
        for column, value in changes.items():
            setattr(peer, column, value)
        peer.rights, peer.copies, peer.address_unconfirmed = rights, copies, False
        _admit(write, peer, None)
        return peer


def change_rights(
    *,
    caller: Caller,
    project_id: UUID,
    key: str,
    reason: str,
    rights: str | None = None,
    copies: bool | None = None,
    address: str | None = None,
    certificate: str | None = None,
) -> Peer:
    """Change what an admitted site may do, or where it is dialled, for a reason; None leaves a value as it is.

    An address that is given is confirmed by it, also if it is the one that the site says.
    """
    reason = check_reason(reason)
    wanted = _checked(address=address, certificate=certificate)
    if address is not None:
        wanted["address_unconfirmed"] = False
    if rights is not None:
        check_rights(rights)
        wanted["rights"] = rights
    if copies is not None:
        wanted["copies"] = copies
    parameters = {"key": key, "reason": reason, **wanted}
    with project_write(caller=caller, project_id=project_id, action=CHANGE_RIGHTS, parameters=parameters) as write:
        peer = peer_of(project_id, check_key(key))
        before = [name for name in wanted if getattr(peer, name) != wanted[name]]
        if write.repeat_of is not None or not before:
            return peer
        if not peer.is_admitted:
            raise Conflict(_("This site is not admitted."))
        facts = facts_of(peer)
        for name in before:
            setattr(peer, name, wanted[name])
        changed = {name: value for name, value in facts.items() if facts_of(peer)[name] != value}
        record_site(write, RIGHTS_CHANGED, peer, {"before": changed}, reason)
        peer.save(update_fields=before)
        write.afterwards(held_again, project_id)
        write.afterwards(wake, project_id)
        return peer


def _admit(write: ProjectWrite, peer: Peer, invitation: Invitation | None) -> Event:
    if peer.is_admitted:
        raise Conflict(_("This site is admitted already."))
    if successor_of(write.project.id, peer.key_text) is not None:
        raise Conflict(_("This site has a newer key: admit that one."))
    event = record_site(write, ADMITTED, peer, {"invitation_id": str(invitation.id) if invitation else None})
    peer.admitted_by, peer.admitted_at = write.caller.user, event.at
    peer.revoked_at = peer.cut_number = peer.cut_hash = None
    peer.save()
    notify_owners(write, ADMITTED_LINE, peer, event.seq)
    write.afterwards(held_again, write.project.id)
    write.afterwards(wake, write.project.id)
    return event


def _peer(project_id: UUID, key: bytes) -> Peer:
    """The site as it is known, or a new one that is not saved yet."""
    return Peer.objects.filter(project=project_id, key=key).first() or Peer(project_id=project_id, key=key)


def _checked(**values: str | None) -> dict[str, Any]:
    """Those that are given; an empty address is of a site that is not dialled, but dials."""
    found: dict[str, Any] = {}
    if (address := values["address"]) is not None:
        found["address"] = check_address(address) if address else ""
    if (certificate := values["certificate"]) is not None:
        found["certificate"] = check_certificate(certificate)
    return found


def _usable(address: str) -> str:
    """What a site says of itself: an address that is not dialled from here is left out."""
    try:
        return check_address(address) if address else ""
    except DomainError:
        return ""


def _refused() -> PermissionDenied:
    return PermissionDenied(_("This code does not admit a site: it is wrong, used, withdrawn, or older than a day."))
