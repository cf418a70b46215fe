"""Bundles of a revoked site that another one had accepted: a whole run that ends in the bundle which it named."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from stages.registers.fold.bundles import Head
from stages.registers.fold.errors import Malformed
from stages.registers.fold.headers import read_header
from stages.replication.admission.cuts import Cut
from stages.replication.ingest.examining import WAITING
from stages.replication.ingest.wire import wire_of_text
from stages.replication.models import HeldBundle

_AT_ONCE: Final = 100


def run_to(project_id: UUID, site: str, head: Head, cut: Cut) -> list[UUID]:
    """The held bundles that follow the head of a site's chain and lead by `prev` to a cut, in their order.

    Empty where one of them is missing, so that a cut which nobody has written lets nothing in.
    """
    waiting = _waiting(project_id, site, head.number, cut.number)
    if not waiting.filter(number=cut.number, hash=cut.hash_bytes).exists():
        return []
    if waiting.aggregate(numbers=Count("number", distinct=True))["numbers"] < cut.number - head.number:
        return []
    found: list[UUID] = []
    wanted: str | None = cut.hash
    for row in waiting.order_by("-number").iterator(chunk_size=_AT_ONCE):
        if row.number is None or row.number < cut.number - len(found):
            break
        if bytes(row.hash).hex() == wanted:
            found.append(row.pk)
            wanted = _before(row)
    is_whole = wanted == head.hash and len(found) == cut.number - head.number
    return found[::-1] if is_whole else []


def _waiting(project_id: UUID, site: str, after: int, upto: int) -> QuerySet[HeldBundle]:
    of_site = HeldBundle.objects.filter(project=project_id, site_key=bytes.fromhex(site), decision="")
    return of_site.filter(reason__in=WAITING, number__gt=after, number__lte=upto).order_by()


def _before(row: HeldBundle) -> str | None:
    """The hash of the bundle that it follows; of one that cannot be read a text that is no hash."""
    try:
        return read_header(wire_of_text(row.text).header).prev
    except Malformed:
        return ""
