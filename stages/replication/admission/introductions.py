"""What sites say to each other about third ones: whom they admitted, and whom they revoked. Nothing follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audit.keys.text import rfc3339
from kernel.names import as_name
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_boolean, check_hex32, check_object, check_text, check_uuid
from stages.registers.fold.signatures import is_usable_key
from stages.replication.admission.cuts import Cut, cut_of, read_cut
from stages.replication.admission.succession import chain_of
from stages.replication.choices import Rights
from stages.replication.models import Peer
from stages.replication.models.peers import MAX_ADDRESS, MAX_NAME

# Of one project. Of a list that is longer, the rest is not read.
MAX_SITES: Final = 200
_MEMBERS: Final = ("key", "site", "name", "address", "rights", "admitted_at", "revoked", "home", "succession")


@dataclass(frozen=True, slots=True)
class Introduction:
    """What an admitted site says of a third one. `succession` is checked where it is used."""

    key: bytes
    site_id: UUID | None
    name: str
    address: str
    revoked: Cut | None
    is_home: bool
    succession: Any

    @property
    def key_text(self) -> str:
        return self.key.hex()


def introductions_of(project_id: UUID) -> list[dict[str, Any]]:
    """What this site says of the sites that it admitted or revoked, oldest first."""
    peers = Peer.objects.filter(project=project_id, admitted_at__isnull=False).order_by("id")
    return [_said(peer) for peer in peers[:MAX_SITES]]


def read_introductions(value: Any) -> Iterable[Introduction]:
    """The introductions of another site. Raises `Malformed` for what is none."""
    if not isinstance(value, list):
        raise Malformed("admitted", "not a list")
    return [_read(each) for each in value[:MAX_SITES]]


def _said(peer: Peer) -> dict[str, Any]:
    assert peer.admitted_at is not None
    return {
        "key": peer.key_text,
        "site": str(peer.site_id) if peer.site_id else None,
        "name": peer.name,
        "address": peer.address,
        "rights": str(peer.rights),
        "admitted_at": rfc3339(peer.admitted_at),
        "revoked": cut_of(peer).as_data() if peer.revoked_at is not None else None,
        "home": peer.is_home,
        "succession": chain_of(peer.project_id, peer.key_text),
    }


def _read(value: Any) -> Introduction:
    found = check_object(value, "admitted", _MEMBERS)
    key = bytes.fromhex(check_hex32(found["key"], "admitted.key"))
    if not is_usable_key(key):
        raise Malformed("admitted.key", "not a key that may sign")
    if found["rights"] not in Rights.values:
        raise Malformed("admitted.rights", "not known here")
    try:
        datetime.fromisoformat(check_text(found["admitted_at"], "admitted.admitted_at", 40))
    except ValueError as error:
        raise Malformed("admitted.admitted_at", "not a time") from error
    revoked = None if found["revoked"] is None else read_cut(found["revoked"])
    if revoked is None and found["revoked"] is not None:
        raise Malformed("admitted.revoked", "not the number and the hash of a bundle")
    return Introduction(
        key=key,
        site_id=None if found["site"] is None else UUID(check_uuid(found["site"], "admitted.site")),
        name=as_name(check_text(found["name"], "admitted.name", 4 * MAX_NAME))[:MAX_NAME],
        address=check_text(found["address"], "admitted.address", MAX_ADDRESS),
        revoked=revoked,
        is_home=check_boolean(found["home"], "admitted.home"),
        succession=found["succession"],
    )
