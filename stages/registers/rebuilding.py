"""Bundles and keys of registers as the events say. What is in a bundle is compared with its hash and signatures."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from audit.rebuilding.facts import Fact, Untrue
from audit.rebuilding.tables import AS_HEX, Column, Rows, Table
from stages.registers.events import KEY_ADDED, KEY_REVOKED
from stages.registers.keys.revocation import read_revocation
from stages.registers.models import ActorKey, Bundle, KeyRevocation
from stages.registers.recorded import RECORDING, bundles_recorded

_BY_HASH: Final = "its hash covers it (records of registers)"
_HEX_OR_NONE: Final = Column(as_recorded=lambda data: bytes(data).hex() if data is not None else None)

BUNDLES: Final = Table(
    Bundle,
    name="register bundle",
    key=("hash",),
    chain="project_id",
    columns={"hash": AS_HEX, "site_key": AS_HEX, "received_from": _HEX_OR_NONE},
    unrecorded={
        "arrival": "the order in which rows came to the table; the event has the number of its chain",
        **dict.fromkeys(("first_hlc", "first_op", "hlc", "actor_key", "header"), _BY_HASH),
        "clock": "compared with the headers of its site's chain (records of registers)",
        "received_at": "when it came, for lists; the event has its own time",
    },
)
KEYS: Final = Table(
    ActorKey,
    name="actor key",
    key=("id",),
    columns={"public_key": AS_HEX, "site_key": AS_HEX, "seal": AS_HEX, "last_bundle": _HEX_OR_NONE},
    unrecorded={"secret": "encrypted; what is signed with it is compared with its public half"},
    # Keys of other sites come with their bundles, sealed by these sites (records of registers).
    only_recorded=True,
)
REVOCATIONS: Final = Table(
    KeyRevocation,
    name="revocation of a key",
    key=("project_id", "site_key", "public_key"),
    columns={"public_key": AS_HEX, "site_key": AS_HEX, "seal": AS_HEX, "last_bundle": _HEX_OR_NONE},
    unrecorded={"id": "a row number, without a meaning"},
    # Those of other sites come with their bundles, sealed by these sites (records of registers).
    only_recorded=True,
)
TABLES: Final = (BUNDLES, KEYS, REVOCATIONS)


@BUNDLES.on(*RECORDING)
def _appended(rows: Rows, fact: Fact) -> None:
    for each in bundles_recorded(fact.action, fact.data):
        rows.put(
            fact,
            (each.hash,),
            project_id=fact.project_id,
            bundle_id=UUID(each.bundle_id),
            site_key=each.site_key,
            number=each.number,
            count=each.count,
            undoes=UUID(each.undoes) if each.undoes else None,
            received_from=each.origin,
        )


@KEYS.on(KEY_ADDED)
def _added(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(data["key_id"]),),
        public_key=data["public_key"],
        user_id=UUID(fact.target_id),
        site_key=data["site_key"],
        certificate=data["certificate"],
        seal=data["seal"],
        created_at=datetime.fromisoformat(data["created_at"]),
        revoked_at=None,
        last_bundle=None,
    )
    if data["replaces"]:
        revoked_at = datetime.fromisoformat(data["created_at"])
        rows.change(fact, (UUID(data["replaces"]),), revoked_at=revoked_at, last_bundle=data["last_bundle"])


@KEYS.on(KEY_REVOKED)
def _revoked(rows: Rows, fact: Fact) -> None:
    data = fact.data
    revoked_at = datetime.fromisoformat(data["revoked_at"])
    rows.change(fact, (UUID(data["key_id"]),), revoked_at=revoked_at, last_bundle=data["last_bundle"])


@REVOCATIONS.on(KEY_REVOKED)
def _said(rows: Rows, fact: Fact) -> None:
    for each in fact.data["statements"]:
        try:
            said = read_revocation(each["text"], bytes.fromhex(each["seal"]))
        except ValueError as error:
            raise Untrue(f"a statement in it is wrong: {error}") from error
        rows.put(
            fact,
            (said.project_id, said.site_key.hex(), said.public_key.hex()),
            last_number=said.last_number,
            last_bundle=said.last_bundle.hex() if said.last_bundle else None,
            text=each["text"],
            seal=each["seal"],
            at=said.at,
        )
