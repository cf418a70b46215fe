"""`docs/sites.md` says what a link takes, and why it ends."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, fields
from uuid import uuid4

import msgspec

from foundry_site.environment import BASE_DIR
from stages.registers.fold.payloads import PAYLOADS, CreateEntity
from stages.replication.link import messages
from stages.replication.link.close_codes import LinkClose
from stages.replication.link.frames import MAX_FIRST_FRAME, MAX_FRAME
from stages.replication.link.handshakes import MAX_HANDSHAKES, PATIENCE
from stages.replication.link.links import ANSWER_TIMEOUT, MAX_BESIDE
from stages.replication.link.methods import METHODS
from stages.replication.link.pushing import MAX_KEY_BYTES, MAX_KEYS_AT_ONCE, MAX_UNANSWERED
from stages.replication.link.requests import MAX_CHARACTERS, MAX_WAITING
from stages.replication.link.tries import MAX_TRIES, WINDOW
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import ForeignSite
from tests.replication.admission.world import Elsewhere

TEXT = (BASE_DIR / "docs" / "sites.md").read_text()
BUNDLES = "### Bundles and statements"
PARAMETERS: dict[str, type[msgspec.Struct]] = {
    "hello": messages.Hello,
    "prove": messages.Prove,
    "state": messages.State,
    "bundles.push": messages.BundlesPush,
    "digests.get": messages.DigestsGet,
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading."""
    _, _, section = TEXT.partition(f"\n{heading}\n")
    table = re.search(r"\n((?:\|.*\n)+)", section)
    assert table, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()[2:]]


def table_after(heading: str, first: str) -> list[list[str]]:
    """The cells of the table under a heading whose first column is called so."""
    _, _, section = TEXT.partition(f"\n{heading}\n")
    _, _, table = section.partition(f"\n| {first} |")
    body = re.match(r".*\n\|[-|]+\n((?:\|.*\n)+)", table)
    assert body, first
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body[1].splitlines()]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_methods_and_their_parameters() -> None:
    table = rows("## Messages")
    documented = {words(name)[0]: parameters for name, _, parameters, _ in table}
    of_samples = {name for name in METHODS if name.startswith("notes.")}
    assert set(documented) == {"hello", "prove", *METHODS} - of_samples
    beside = {words(name)[0] for name, answered, _, _ in table if answered == "beside"}
    assert beside == {name for name, method in METHODS.items() if method.only_reads} - of_samples
    assert {answered for _, answered, _, _ in table} == {"in turn", "beside"}
    for name, kind in PARAMETERS.items():
        fields = msgspec.structs.fields(kind)
        required = {field.encode_name for field in fields if field.required}
        optional = {field.encode_name for field in fields if not field.required}
        assert set(words(re.sub(r"\[.*?\]", "", documented[name]))) == required, name
        assert set(re.findall(r"\[`(.*?)`\]", documented[name])) == optional, name


def required_and_optional(cell: str) -> tuple[set[str], set[str]]:
    return set(words(re.sub(r"\[.*?\]", "", cell))), set(re.findall(r"\[`(.*?)`\]", cell))


def test_the_payloads_of_operations() -> None:
    documented = {words(name)[0]: required_and_optional(cell) for name, cell in table_after(BUNDLES, "payload")}
    assert set(documented) == set(PAYLOADS)
    for name, kind in PAYLOADS.items():
        optional = {each.name for each in fields(kind) if each.default is not MISSING}
        assert documented[name] == ({each.name for each in fields(kind)} - optional, optional), name


def test_the_members_of_bundles_and_statements() -> None:
    documented = {words(kind)[0]: required_and_optional(cell) for _, kind, cell in table_after(BUNDLES, "text")}
    site = ForeignSite(uuid4(), "Basel")
    written = site.write([CreateEntity(numbered_id(1))])
    elsewhere = Elsewhere(uuid4(), "Lyon")
    revoked = elsewhere.revocation("ab" * 32, number=0, last=None)
    changed = elsewhere.take_new_key()
    texts = (written.header, written.operations[0][0], site.certificate.text, revoked["text"])
    said = [json.loads(each) for each in (*texts, changed["statement"], changed["ends"]["text"])]
    assert {each["type"] for each in said} == set(documented)
    for each in said:
        assert documented[each["type"]][0] == set(each) - {"type"}, each["type"]


def test_the_close_codes() -> None:
    documented = {int(code): name for code, name, _ in rows("### Close codes")}
    assert documented == {int(code): code.name.lower().replace("_", " ") for code in LinkClose}


def test_the_limits() -> None:
    for limit in (
        f"may have {MAX_FIRST_FRAME // 1024} KiB until here, {MAX_FRAME // 1024 // 1024} MiB from here on",
        f"At most {MAX_UNANSWERED} pushes",
        f"more than {MAX_WAITING} requests",
        f"answered *beside* them, {MAX_BESIDE} at once",
        f"requests beside have {MAX_FIRST_FRAME // 1024} KiB at most",
        f"more than {MAX_CHARACTERS // 1024 // 1024} MiB, nothing further is read",
        f"more than {MAX_HANDSHAKES} callers that have proved nothing yet",
        f"at most {MAX_KEYS_AT_ONCE} and {MAX_KEY_BYTES // 1024 // 1024} MiB of texts",
        f"longer than {PATIENCE:.0f} seconds, or an answer longer than {ANSWER_TIMEOUT:.0f}",
        f"{MAX_TRIES} tries from this address",
        f"More than {messages.MAX_KEYS:,} are refused",
        f"bundle, of {messages.MAX_SITES:,} sites at most",
        f"revoked, {messages.MAX_INTRODUCTIONS} at most",
    ):
        assert limit in TEXT, limit
    assert WINDOW == 600
