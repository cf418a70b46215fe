"""What registers add to bundles: all operations with their signatures, and the certificates of who signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from publishing.bundle.contents import line
from publishing.bundle.parts import File
from publishing.bundle.rows import events_of
from publishing.bundle.scope import BundleScope
from stages.registers.bundle_verifier import BUNDLES_FILE, KEYS_FILE
from stages.registers.models import ActorKey, Bundle, Operation
from stages.registers.recorded import RECORDING, bundles_recorded

_AT_ONCE: Final = 100


def files_of_registers(scope: BundleScope) -> Iterator[File]:
    """The bundles up to the scope's head, each site's in the order of its chain, and the keys that signed them."""
    recorded = events_of(scope, *RECORDING)
    hashes = {each.hash for event in recorded for each in bundles_recorded(event.action, event.data)}
    yield BUNDLES_FILE, map(line, _bundles(scope.project.id, hashes))
    yield KEYS_FILE, map(line, _keys(scope.project.id, hashes))


def _bundles(project_id: UUID, hashes: set[str]) -> Iterator[dict[str, Any]]:
    for page in _pages(project_id, hashes):
        operations: dict[int, list[list[str]]] = {each.arrival: [] for each in page}
        rows = Operation.objects.filter(bundle__in=page).order_by("bundle", "position")
        for arrival, text, signature in rows.values_list("bundle_id", "text", "signature"):
            operations[arrival].append([text, bytes(signature).hex()])
        yield from ({"header": each.header, "operations": operations[each.arrival]} for each in page)


def _keys(project_id: UUID, hashes: set[str]) -> Iterator[dict[str, Any]]:
    signers = {(bytes(each.actor_key), bytes(each.site_key)) for page in _pages(project_id, hashes) for each in page}
    keys = ActorKey.objects.filter(public_key__in={key for key, _site in signers}).order_by("site_key", "public_key")
    for each in keys:
        if (bytes(each.public_key), bytes(each.site_key)) in signers:
            yield {"certificate": each.certificate, "seal": bytes(each.seal).hex()}


def _pages(project_id: UUID, hashes: set[str]) -> Iterator[list[Bundle]]:
    """Pages of bundles by site and number, so that nothing stays open between two of them."""
    site, number = b"", 0
    rows = Bundle.objects.filter(project=project_id).order_by("site_key", "number")
    while True:
        of_site = list(rows.filter(site_key=site, number__gt=number)[:_AT_ONCE]) if site else []
        if not of_site:
            first = rows.filter(site_key__gt=site).first()
            if first is None:
                return
            site, number = bytes(first.site_key), 0
            continue
        number = of_site[-1].number
        if page := [each for each in of_site if bytes(each.hash).hex() in hashes]:
            yield page
