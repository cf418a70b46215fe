"""A site that comes with a new key: it takes the place of the old one, whose chain of bundles ends."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from accounts.callers import foundry_caller
from projects.writing import ProjectWrite, upkeep_write
from stages.registers.fold.signatures import is_usable_key
from stages.replication.admission.cuts import own_head
from stages.replication.admission.events import KEY_CHANGED, KEY_CHANGED_LINE, SITE
from stages.replication.admission.keys import own_keys
from stages.replication.admission.recording import notify_owners, record_heard
from stages.replication.admission.succession import Succession, read_chain
from stages.replication.admission.waking import close_links, held_again, wake
from stages.replication.models import Peer

_INHERITED: Final = (
    *("name", "address", "address_unconfirmed", "certificate"),
    *("rights", "copies", "is_home", "admitted_by_id"),
)


def take_key_chain(*, project_id: UUID, key: str, chain: Any) -> bool:
    """Give a new key the place of an admitted site's old one, if a chain of sealed successions leads from it.

    The new one has the rights, the address and the name of the old one. Of the old chain what its site wrote counts,
    and what was accepted here. Answers whether it did; a chain in which anything is wrong does nothing. A site that was
    revoked stays revoked under every key, and of two keys that follow one the first counts.
    """
    changes = read_chain(chain, project_id, key)
    if not _olds(project_id, changes):
        return False
    with upkeep_write(caller=foundry_caller(SITE), project_id=project_id) as write:
        known = _olds(project_id, changes)
        for at, change in enumerate(changes):
            if change.before in known and _may_follow(project_id, known[change.before], changes[at:]):
                return _follow(write, known[change.before], changes[at:])
        return False


def _olds(project_id: UUID, changes: list[Succession]) -> dict[str, Peer]:
    """The admitted sites whose keys were replaced by these changes, by the keys."""
    before = [bytes.fromhex(each.before) for each in changes]
    return {each.key_text: each for each in Peer.objects.filter(project=project_id, key__in=before) if each.is_admitted}


def _may_follow(project_id: UUID, old: Peer, changes: list[Succession]) -> bool:
    keys = [bytes.fromhex(each.key) for each in changes]
    if not all(is_usable_key(each) for each in keys) or own_keys() & set(keys):
        return False
    if any(old.site_id not in (None, each.site_id) for each in changes):
        return False
    # Whatever was decided about one of them stays.
    return not Peer.objects.filter(project=project_id, key__in=keys, admitted_at__isnull=False).exists()


def _follow(write: ProjectWrite, old: Peer, changes: list[Succession]) -> bool:
    for change in changes:
        old = _change(write, old, change)
    write.afterwards(held_again, write.project.id)
    write.afterwards(wake, write.project.id)
    return True


def _change(write: ProjectWrite, old: Peer, change: Succession) -> Peer:
    key = bytes.fromhex(change.key)
    new = Peer.objects.filter(project=old.project_id, key=key).first() or Peer(project_id=old.project_id, key=key)
    for column in _INHERITED:
        setattr(new, column, getattr(old, column))
    new.site_id = change.site_id
    cut = max(change.end, own_head(old.project_id, bytes(old.key)))
    facts = {"before": old.key_text, "before_peer_id": str(old.id), "cut": cut.as_data(), "link": dict(change.link)}
    event = record_heard(write, KEY_CHANGED, new, facts)
    old.is_home, old.node, old.claimed_until = False, "", None
    old.revoked_at, old.cut_number, old.cut_hash = event.at, cut.number, cut.hash_bytes
    old.save()
    new.admitted_at = event.at
    new.save()
    notify_owners(write, KEY_CHANGED_LINE, new, event.seq)
    write.afterwards(close_links, old.project_id, old.key_text)
    return new
