"""Registers in a project's file: all operations, with their signatures and the certificates of who signed.

They stay in the file (docs/adr/0006): their texts name the project and its sites, so they cannot be those of a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, QuerySet

from drafts.exchange.registry import ExportCheck, ExportedTable, Row
from stages.registers.fold.bundles import Bundle as FoldedBundle
from stages.registers.fold.bundles import Head, check_follows, read_bundle
from stages.registers.fold.errors import Malformed
from stages.registers.keys.certificates import read_certificate
from stages.registers.models import ActorKey, Bundle, KeyRevocation, Operation

_GENERATED: Final = frozenset({"kind", "entity", "facet", "field", "keys"})


@dataclass(frozen=True, slots=True)
class _Keys(ExportedTable):
    """The keys that signed bundles of a project."""

    def rows(self, project_id: UUID) -> QuerySet[Model]:
        signers = Bundle.objects.filter(project=project_id).order_by().values("actor_key")
        sites = Bundle.objects.filter(project=project_id).order_by().values("site_key")
        found: Any = ActorKey.objects.filter(public_key__in=signers, site_key__in=sites).order_by("pk")
        return found  # type: ignore[no-any-return]


EXPORTED: Final = {
    "register_bundle": ExportedTable(Bundle),
    "register_key": _Keys(ActorKey, private=frozenset({"secret"})),
    "register_key_revocation": ExportedTable(KeyRevocation),
    "register_operation": ExportedTable(Operation, private=_GENERATED),
}


def _faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Read every chain of bundles, and compare it with the signatures and the certificates."""
    keys = set()
    for row in rows.get("register_key", ()):
        try:
            certified = read_certificate(row["certificate"], bytes(row["seal"]))
        except ValueError as error:
            yield f"The certificate of key {row['id']} was changed: {error}."
            return
        keys.add((certified.public_key.hex(), certified.site_key.hex()))
    operations: dict[int, list[Row]] = defaultdict(list)
    for row in rows.get("register_operation", ()):
        operations[row["bundle_id"]].append(row)
    heads: dict[str, Head] = {}
    bundles = sorted(rows.get("register_bundle", ()), key=lambda row: (bytes(row["site_key"]), row["number"]))
    for row in bundles:
        where = f"Bundle {row['bundle_id']} of the registers"
        site = bytes(row["site_key"]).hex()
        try:
            bundle = _read(row, operations.pop(row["arrival"], []), heads.get(site, Head()))
        except Malformed as error:
            yield f"{where} was changed: {error}."
            return
        if bundle.hash != bytes(row["hash"]).hex() or bundle.signed.wrong_signature() is not None:
            yield f"{where}: its hash or a signature does not fit."
            return
        if any((each.actor_id, site) not in keys for each in bundle.operations):
            yield f"{where}: the file has no certificate of who signed it."
        heads[site] = bundle.head
    if operations:
        yield "Operations of the registers belong to no bundle of the file."


def _read(row: Row, operations: list[Row], head: Head) -> FoldedBundle:
    """Raises `Malformed`."""
    ordered = sorted(operations, key=lambda each: int(each["position"]))
    signed = read_bundle(row["header"], [(each["text"], bytes(each["signature"])) for each in ordered])
    return check_follows(signed, head)


CHECK: Final = ExportCheck(("register_bundle", "register_key", "register_operation"), _faults)
