"""Checks of the manifest, the seal and the chain of events, on which all further checks rely."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from audit.derivation import Event
from publishing.bundle.verifier.ed25519 import signed
from publishing.bundle.verifier.keys import KEYS, Keys
from publishing.bundle.verifier.reading import (
    Bundle,
    Json,
    WrongError,
    canonical,
    canonical_json,
    check,
    microseconds,
    parsed,
    sha256,
)

SEAL, MANIFEST, SELF = "seal.json", "manifest.jsonl", "verify.py"
SCOPE = {"type", "v", "site", "key", "project", "release", "version", "head", "as_of", "manifest"}


@dataclass
class Facts:
    """What the checks have found so far. `scope` is the sealed statement; `notes` are the lines printed at the end."""

    bundle: Bundle
    pins: frozenset[str]
    seal: Json = field(default_factory=dict)
    scope: Json = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    known: Mapping[str, bytes] = field(default_factory=dict)
    events: dict[int, Json] = field(default_factory=dict)
    times: dict[int, str] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    versions: dict[int, Json] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def all_events(self) -> Iterator[Event]:
        """All events in the bundle, in order."""
        return ((number, self.times[number], record) for number, record in self.events.items())

    def lines(self, name: str) -> Iterator[Json]:
        """The lines of a file."""
        return (line for _, line in self.bundle.lines(name))


def check_files(facts: Facts) -> None:
    """No file is missing or added, and the bytes of each match the manifest."""
    sealed = facts.bundle.read(SEAL)
    check(sealed.endswith(b"\n"), f"{SEAL}: it does not end")
    facts.seal = canonical_json(sealed[:-1], SEAL)
    check(set(facts.seal) == {"statement", "signature"}, f"{SEAL}: it has other members")
    facts.scope = canonical_json(facts.seal["statement"].encode(), f"{SEAL}, statement")
    check(set(facts.scope) - {"parts"} == SCOPE, f"{SEAL}: its statement has other members")
    versions = (3, 4, 5) if "parts" in facts.scope else (2,)
    check(facts.scope["type"] == "bundle" and facts.scope["v"] in versions, f"{SEAL}: it seals no bundle")
    same = f"sha256:{sha256(facts.bundle.read(MANIFEST))}" == facts.scope["manifest"]
    check(same, f"{MANIFEST}: it is not the one that was sealed")
    lines = list(facts.lines(MANIFEST))
    listed = {line["path"]: line for line in lines}
    check([*listed] == sorted(line["path"] for line in lines), f"{MANIFEST}: its lines are not in order")
    there = facts.bundle.names() - {SEAL, MANIFEST, SELF}
    for name in sorted(set(listed) ^ there):
        raise WrongError(f"{name} is missing" if name in listed else f"{name} was added")
    for name, line in listed.items():
        check(set(line) == {"path", "sha256", "size"}, f"{MANIFEST}: the line of {name} has other members")
        data, size = hashlib.sha256(), 0
        with facts.bundle.open(name) as file:
            for piece in iter(partial(file.read, 1 << 20), b""):
                data.update(piece)
                size += len(piece)
        if data.hexdigest() != line["sha256"]:
            if name == "events.jsonl":
                check_events(facts)
            raise WrongError(f"{name}: it was changed (its SHA-256 is not the manifest's)")
        check(size == line["size"], f"{name}: it was changed (its size is not the manifest's)")


def check_seal(facts: Facts) -> None:
    """The seal was made with a trusted key: a known one, or one connected to it by successions."""
    facts.keys.read(facts.bundle.lines(KEYS), facts.scope["site"])
    used = facts.scope["key"]
    roots = {name for name, before in facts.keys.before.items() if before is None}
    facts.known = facts.keys.known(facts.pins or roots)
    check(not facts.pins or bool(facts.known), f"none of its keys is one that you name: it was sealed by {used}")
    check_signature(facts, facts.seal["statement"], facts.seal["signature"], used, SEAL)
    facts.notes.append(f"sealed by the key {used}")
    for name, before in facts.keys.before.items():
        if before is not None:
            facts.notes.append(f"  {name} was endorsed by {before}: {facts.keys.reasons[name]}")
    if not facts.pins:
        facts.notes.append("NOT COMPARED WITH A KNOWN KEY: whoever made these keys can have made all of it. Compare:")
        facts.notes += [f"  {name}" for name in sorted(roots)]


def check_signature(facts: Facts, text: str, signature: str, key: str, where: str) -> Json:
    check(re.fullmatch(r"[0-9a-f]{128}", signature) is not None, f"{where}: its signature is no signature")
    statement = canonical_json(text.encode(), where)
    check(statement.get("key") == key, f"{where}: it names another key")
    check(key in facts.known, f"{where}: its key {key} is neither one that you name nor endorsed by one")
    check(statement.get("site") == facts.scope["site"], f"{where}: it was sealed at another site")
    check(signed(facts.known[key], text.encode(), bytes.fromhex(signature)), f"{where}: its seal does not fit")
    return statement


def check_events(facts: Facts) -> None:
    """Every event links to the event before it, and the last event is the one that was sealed."""
    chain, number = facts.scope["project"], 0
    previous, dated_back = sha256(chain.encode()), []
    for number, line in facts.bundle.lines("events.jsonl"):
        where = f"events.jsonl, event {number}"
        check(set(line) == {"seq", "at", "prev_hash", "hash", "canonical"}, f"{where}: it has other members")
        check(line["seq"] == number, f"{where}: the next one found is {line['seq']}")
        check(line["prev_hash"] == previous, f"{where}: it does not link to the event before it")
        head = bytes.fromhex(previous) + number.to_bytes(8, "big") + microseconds(line["at"], where)
        previous = sha256(head + line["canonical"].encode())
        check(line["hash"] == previous, f"{where}: its content or time was changed (the hash does not fit)")
        record = parsed(line["canonical"], where)
        check(record["chain"] == chain and record["site"] == facts.scope["site"], f"{where}: it is another chain's")
        if line["at"] < facts.times.get(number - 1, ""):
            dated_back.append(number)
        facts.events[number], facts.times[number] = record, line["at"]
        facts.heads[sha256(canonical({"chain": chain, "seq": number, "hash": previous}).encode())] = number
    same = facts.scope["head"] == {"seq": number, "hash": previous}
    check(same, f"events.jsonl: it ends at event {number}, but {facts.scope['head']['seq']} were sealed")
    check(facts.scope["as_of"] == facts.times.get(number), f"{SEAL}: it is of another time than its last event")
    facts.notes.append(f"{number} events, linked without a gap")
    if dated_back:
        facts.notes.append(f"DATED BEFORE THE EVENT BEFORE THEM, as by a clock that was set back: {dated_back[:20]}")
