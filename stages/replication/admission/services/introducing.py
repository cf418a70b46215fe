"""Taking in what an admitted site says of third ones: they are listed, and owners are asked. Nothing is admitted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from kernel.errors import DomainError, ValidationFailed
from kernel.statements import database_now
from projects.models import Status
from projects.writing import ProjectWrite, upkeep_write
from stages.registers.fold.errors import Malformed
from stages.replication.admission.addresses import check_address
from stages.replication.admission.cuts import Cut
from stages.replication.admission.events import (
    INTRODUCED,
    INTRODUCED_LINE,
    REVOCATION_REPORTED,
    REVOCATION_REPORTED_LINE,
    SITE,
)
from stages.replication.admission.introductions import MAX_SITES, Introduction, read_introductions
from stages.replication.admission.keys import own_keys
from stages.replication.admission.recording import notify_owners, record_heard
from stages.replication.admission.services.succeeding import take_key_chain
from stages.replication.admission.waking import held_again
from stages.replication.models import Peer

# Sites that nobody here has admitted, by the word of one other site.
MAX_INTRODUCED: Final = 50
# Each report is an event, and a line for every owner.
REPORTED_AGAIN: Final = timedelta(hours=1)


def take_introductions(*, project_id: UUID, peer_key: str, introductions: Any) -> int:
    """List the sites that an admitted one names and that are not known here, with what it revoked; answers how many.

    Raises `ValidationFailed` for what is no list of introductions. Whoever introduces is asked about itself never, and
    a site that is not admitted is not listened to.
    """
    try:
        said = read_introductions(introductions)
    except Malformed as error:
        raise ValidationFailed({"admitted": [_("It is no list of sites: {what}.").format(what=error)]}) from error
    sender = Peer.objects.filter(project=project_id, key=bytes.fromhex(peer_key)).first()
    if sender is None or not sender.is_admitted:
        return 0
    own = own_keys()
    about_others = [each for each in said if each.key not in own and each.key_text != peer_key]
    known = {each.key_text: each for each in Peer.objects.filter(project=project_id)}
    for each in about_others:
        if each.key_text not in known and each.succession:
            take_key_chain(project_id=project_id, key=each.key_text, chain=each.succession)
    if not any(_is_news(known.get(each.key_text), sender, each) for each in about_others):
        return 0
    with upkeep_write(caller=foundry_caller(SITE), project_id=project_id) as write:
        return _take(write, sender.pk, about_others)


def _take(write: ProjectWrite, sender_id: UUID, said: list[Introduction]) -> int:
    """With the project locked: what is known is read again."""
    known = {each.key_text: each for each in Peer.objects.filter(project=write.project)}
    sender = next(each for each in known.values() if each.pk == sender_id)
    count = 0
    for each in said:
        if each.key_text not in known and len(known) < MAX_SITES and _may_introduce(sender, known):
            known[each.key_text] = _introduce(write, sender, each, known)
            count += 1
        peer = known.get(each.key_text)
        if peer is not None and each.revoked is not None:
            _report(write, sender, peer, each.revoked)
    return count


def _may_introduce(sender: Peer, known: dict[str, Peer]) -> bool:
    """Whether it has not named so many sites already that there would be no room for what others name."""
    named = [each for each in known.values() if each.introduced_by is not None and each.admitted_at is None]
    return sum(bytes(each.introduced_by or b"") == bytes(sender.key) for each in named) < MAX_INTRODUCED


def _is_news(peer: Peer | None, sender: Peer, said: Introduction) -> bool:
    if peer is None:
        return True
    return said.revoked is not None and _is_other_report(sender, peer, said.revoked)


def _is_other_report(sender: Peer, peer: Peer, cut: Cut) -> bool:
    """Whether a cut is not the one that was reported before; a site changes its mind once an hour at most."""
    said = sender.revocations.get(peer.key_text)
    if not said:
        return True
    is_settled = datetime.fromisoformat(said["at"]) <= database_now() - REPORTED_AGAIN
    return Cut(said["number"], said["hash"] or "") != cut and is_settled


def _introduce(write: ProjectWrite, sender: Peer, said: Introduction, known: dict[str, Peer]) -> Peer:
    """List a site. The one that was introduced as the home is it, if this site has no other one as its home."""
    is_replica = write.project.status == Status.REPLICA
    peer = Peer(
        project=write.project,
        key=said.key,
        site_id=said.site_id,
        name=said.name,
        address=_usable(said.address),
        is_home=said.is_home and is_replica and not any(each.is_home for each in known.values()),
        introduced_by=bytes(sender.key),
    )
    event = record_heard(write, INTRODUCED, peer, {})
    peer.save(force_insert=True)
    if said.revoked is None:
        notify_owners(write, INTRODUCED_LINE, peer, event.seq)
    return peer


def _report(write: ProjectWrite, sender: Peer, peer: Peer, cut: Cut) -> None:
    """Keep that a site has revoked another one: an owner here may follow, and who has revoked it takes in the rest."""
    if not _is_other_report(sender, peer, cut):
        return
    event = record_heard(write, REVOCATION_REPORTED, peer, {"by": sender.key_text, "cut": cut.as_data()})
    sender.revocations[peer.key_text] = {**cut.as_data(), "at": event.at.isoformat()}
    sender.save(update_fields=["revocations"])
    if peer.revoked_at is None:
        notify_owners(write, REVOCATION_REPORTED_LINE, peer, event.seq)
    else:
        write.afterwards(held_again, write.project.id)


def _usable(address: str) -> str:
    try:
        return check_address(address) if address else ""
    except DomainError:
        return ""
