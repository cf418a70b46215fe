"""Where the chain of a site that is revoked ends: at the last of its bundles that counts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from stages.registers.models import Bundle
from stages.replication.admission.keys import is_key
from stages.replication.models import Peer

# That of the column.
MAX_NUMBER: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """The last bundle of a site that counts, by its number in the site's chain; 0 and no hash where none does."""

    number: int
    hash: str = ""

    @property
    def hash_bytes(self) -> bytes | None:
        return bytes.fromhex(self.hash) if self.hash else None

    def as_data(self) -> dict[str, Any]:
        """As events and introductions hold it."""
        return {"number": self.number, "hash": self.hash or None}


NOTHING: Final = Cut(0)


def cut_of(peer: Peer) -> Cut:
    """The last bundle that counts of a site that was revoked."""
    return Cut(peer.cut_number or 0, bytes(peer.cut_hash).hex() if peer.cut_hash else "")


def own_head(project_id: UUID, key: bytes) -> Cut:
    """How far this site has accepted another one's chain."""
    newest = Bundle.objects.filter(project=project_id, site_key=key).order_by("-number").first()
    return Cut(newest.number, bytes(newest.hash).hex()) if newest else NOTHING


def read_cut(value: Any) -> Cut | None:
    """A cut as another site names it; None for anything else."""
    if not isinstance(value, dict) or set(value) != {"number", "hash"}:
        return None
    number, digest = value["number"], value["hash"]
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MAX_NUMBER:
        return None
    if number == 0:
        return NOTHING if digest is None else None
    return Cut(number, digest) if is_key(digest) else None
