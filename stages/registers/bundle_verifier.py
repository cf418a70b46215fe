"""The operations of registers in a bundle: signatures, chains and certificates. Also a piece of `verify.py`.

It imports the standard library and the verifier's modules only; PyNaCl checks signatures where it is installed, in a
thousandth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module

from audit.derivation import Json
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.ed25519 import P, signed
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import canonical_json, check, sha256

BUNDLES_FILE, KEYS_FILE = "registers/bundles.jsonl", "registers/keys.jsonl"
OPERATIONS_HEADER = {"type", "v", "project", "bundle_id", "site_key", "number", "prev", "saw", "count", "undoes"}
OPERATION_MEMBERS = {"type", "v", "header", "bundle_id", "op_id", "hlc", "actor_id", "payload"}
# y of the points of small order, and those spelled beyond 2^255-19; each with both signs.
ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER_KEYS = {
    (y | sign << 255).to_bytes(32, "little") for y in (0, 1, P - 1, ORDER_8, P - ORDER_8, P, P + 1) for sign in (0, 1)
}

Verify = Callable[[bytes, bytes, bytes], bool]


def signature_check() -> tuple[Verify, str]:
    """What checks signatures here, as `check(key, message, signature)`, and its name."""
    try:
        bindings, errors = import_module("nacl.bindings"), import_module("nacl.exceptions")
    except ImportError:
        return signed, "Python"

    def signed_by_library(key: bytes, message: bytes, signature: bytes) -> bool:
        try:
            bindings.crypto_sign_open(signature + message, key)
        except (errors.CryptoError, ValueError, TypeError):
            return False
        return True

    return signed_by_library, "PyNaCl"


def is_hex(value: object, size: int) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{2 * size}}}", value) is not None


def bundles_recorded(record: Json) -> Iterator[tuple[str, Json]]:
    """The bundles that an event records, by their hashes: one that was written here, or several of another site."""
    data = record["data"]
    if record["action"] == "register.changed":
        yield data["bundle"], data
    elif record["action"] == "register.ingested":
        for number, each in enumerate(data["bundles"], data["numbers"][0]):
            yield each["hash"], {**each, "site_key": data["site"], "number": number}


class RegistersChecker:
    """Reads the certificates, then every site's chain of bundles."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.verify, self.library = signature_check()
        # Who signs, by the key and the key of the site.
        self.actors: dict[tuple[str, str], str] = {}
        self.used: set[tuple[str, str]] = set()
        self.recorded = self.read_events()
        # Of each bundle, by its hash: the site, and the HLC of its last operation.
        self.found: dict[str, tuple[str, str]] = {}
        self.operations = 0
        self.foreign: set[str] = set()

    def read_events(self) -> dict[str, Json]:
        """What events say, by the hash of the bundle."""
        found: dict[str, Json] = {}
        for number, _at, record in self.facts.all_events():
            for digest, said in bundles_recorded(record):
                check(digest not in found, f"events.jsonl, event {number}: it records a bundle a second time")
                found[digest] = said
        return found

    def check_signed(self, key: str, text: str, signature: object, where: str) -> None:
        check(is_hex(key, 32) and is_hex(signature, 64), f"{where}: its key or its signature is none")
        check(bytes.fromhex(key) not in SMALL_ORDER_KEYS, f"{where}: its key has a small order and proves nothing")
        fits = self.verify(bytes.fromhex(key), text.encode(), bytes.fromhex(str(signature)))
        check(fits, f"{where}: its signature does not fit")

    def read_keys(self) -> None:
        for number, line in self.facts.bundle.lines(KEYS_FILE):
            where = f"{KEYS_FILE}, line {number}"
            check(set(line) == {"certificate", "seal"}, f"{where}: it has other members")
            said = canonical_json(line["certificate"].encode(), where)
            check(said.get("type") == "actor_certificate" and said.get("v") == 1, f"{where}: it is no certificate")
            site, key = said["site_key"], said["public_key"]
            self.check_signed(site, line["certificate"], line["seal"], where)
            small = not is_hex(key, 32) or bytes.fromhex(key) in SMALL_ORDER_KEYS
            check(not small, f"{where}: it names a key that proves nothing")
            is_own = said["site"] == self.facts.scope["site"]
            check(not is_own or sha256(bytes.fromhex(site)) in self.facts.known, f"{where}: another key sealed it")
            if not is_own:
                self.foreign.add(site)
            check((key, site) not in self.actors, f"{where}: the key is there already")
            self.actors[key, site] = said["display_name"]

    def read_bundles(self) -> None:
        site, number, before = "", 0, None
        last, clock = "", dict[str, str]()
        for at, line in self.facts.bundle.lines(BUNDLES_FILE):
            where = f"{BUNDLES_FILE}, line {at}"
            check(set(line) == {"header", "operations"}, f"{where}: it has other members")
            header = canonical_json(line["header"].encode(), where)
            check(set(header) == OPERATIONS_HEADER, f"{where}: its header has other members")
            check(header["project"] == self.facts.scope["project"], f"{where}: it is a bundle of another project")
            if header["site_key"] != site:
                check(header["site_key"] > site, f"{where}: its site comes too late")
                site, number, before, last, clock = header["site_key"], 0, None, "", {}
            follows = (header["number"], header["prev"]) == (number + 1, before)
            check(follows, f"{where}: it does not follow the bundle of its site before it")
            clock = {**clock, **header["saw"]}
            last = self.read_operations(line, header, max([last, *clock.values()]), where)
            before, number = bundle_hash(line), number + 1
            self.check_event(before, header, where)
            self.found[before] = (site, last)

    def read_operations(self, line: Json, header: Json, last: str, where: str) -> str:
        """Check every operation of a bundle; answer the HLC of the last one."""
        named = sha256(line["header"].encode())
        check(header["count"] == len(line["operations"]), f"{where}: it has more or fewer operations")
        for at, (text, signature) in enumerate(line["operations"]):
            place = f"{where}, operation {at}"
            said = canonical_json(text.encode(), place)
            check(set(said) - {"source"} == OPERATION_MEMBERS, f"{place}: it has other members")
            fits = (said["header"], said["bundle_id"]) == (named, header["bundle_id"])
            check(fits, f"{place}: it belongs to another bundle")
            check(is_hex(said["hlc"], 12) and said["hlc"] > last, f"{place}: it is not later than what it had seen")
            signer = (said["actor_id"], header["site_key"])
            check(signer in self.actors, f"{place}: no certificate says who signed it")
            self.used.add(signer)
            self.check_signed(said["actor_id"], text, signature, place)
            last = said["hlc"]
            self.operations += 1
        return last

    def check_event(self, digest: str, header: Json, where: str) -> None:
        check(digest in self.recorded, f"{where}: no event records it as it is")
        said = self.recorded[digest]
        names = ("bundle_id", "site_key", "number", "count", "undoes")
        check(all(said[name] == header[name] for name in names), f"{where}: its event says something else")

    def check_complete(self) -> None:
        missing = [said["bundle_id"] for digest, said in self.recorded.items() if digest not in self.found]
        check(not missing, f"{BUNDLES_FILE}: the bundle {missing[0] if missing else ''} is missing")
        unused = sorted(set(self.actors) - self.used)
        check(not unused, f"{KEYS_FILE}: nothing was signed by {unused[0][0] if unused else ''}")

    def baselines(self) -> Iterator[tuple[int, Json, dict[str, str], int]]:
        """What releases say of the registers, with the clock and the number of bundles of that moment."""
        clock: dict[str, str] = {}
        count = 0
        for number, _at, record in self.facts.all_events():
            data = record["data"]
            for digest, _said in bundles_recorded(record):
                site, hlc = self.found[digest]
                clock[site], count = max(hlc, clock.get(site, "")), count + 1
            if record["action"] in ("release.submitted", "release.released"):
                yield number, data.get("gates", {}).get("registers", {}), dict(clock), count

    def check_releases(self) -> int:
        """Each release names the operations that were there; answer how many do."""
        named = 0
        for number, said, clock, count in self.baselines():
            if said:
                fits = (said["clock"], said["bundles"]) == (clock, count)
                check(fits, f"events.jsonl, event {number}: the release names other operations than there were")
                named += 1
        return named


def bundle_hash(line: Json) -> str:
    """SHA-256 over the header, the texts, then the signatures, each after its length in 8 bytes."""
    texts = [line["header"].encode(), *(text.encode() for text, _signature in line["operations"])]
    parts = [*texts, *(bytes.fromhex(signature) for _text, signature in line["operations"])]
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts))


def check_registers(facts: Facts) -> None:
    """Every bundle that an event records is there as it was signed, and nothing else."""
    there = {name for name in facts.bundle.names() if name.startswith("registers/")}
    for name in sorted(there ^ {BUNDLES_FILE, KEYS_FILE}):
        check(name in there, f"{name} is missing")
        check(name not in there, f"{name}: it belongs to no operation")
    checker = RegistersChecker(facts)
    checker.read_keys()
    checker.read_bundles()
    checker.check_complete()
    releases = checker.check_releases()
    by = f"signatures checked by {checker.library}"
    facts.notes.append(f"{len(checker.found)} bundles of records with {checker.operations} operations, {by}")
    for site in sorted(checker.foreign):
        facts.notes.append(f"NOT COMPARED WITH A KNOWN KEY: the site {site}, whose people signed some of them")
    if releases:
        facts.notes.append("NOT CHECKED: the state hash of records in releases; Foundry's verify_audit computes it.")


ACTIONS = frozenset({"register.changed", "register.ingested"})
add_part(Part("registers", actions=ACTIONS, folders=frozenset({"registers"}), check=check_registers))
