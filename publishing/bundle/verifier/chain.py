"""The manifest, the seal and the chain of events: what everything else is checked against."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from publishing.bundle.verifier.ed25519 import signed
from publishing.bundle.verifier.reading import Bundle, Json, WrongError, canonical, check, microseconds, sha256, spelled

SEAL, MANIFEST, SELF = "seal.json", "manifest.jsonl", "verify.py"


@dataclass
class Facts:
    """What is known of a bundle so far. `scope` is what its seal says; `said` is told to people at the end."""

    bundle: Bundle
    fingerprint: str | None
    seal: Json = field(default_factory=dict)
    scope: Json = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    events: dict[int, Json] = field(default_factory=dict)
    times: dict[int, str] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    versions: dict[int, Json] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def of(self, *actions: str) -> Iterator[tuple[int, Json]]:
        """The events of some actions, each with its number."""
        return ((seq, record) for seq, record in self.events.items() if record["action"] in actions)


def check_files(facts: Facts) -> None:
    """Every file is there, none is added, and each is byte for byte what the manifest lists."""
    sealed = facts.bundle.read(SEAL)
    check(sealed.endswith(b"\n"), f"{SEAL}: it does not end")
    facts.seal = spelled(sealed[:-1], SEAL)
    check(set(facts.seal) == {"statement", "signature"}, f"{SEAL}: it has other members")
    facts.scope = spelled(facts.seal["statement"].encode(), f"{SEAL}, statement")
    check(facts.scope.get("type") == "bundle" and facts.scope.get("v") == 1, f"{SEAL}: it seals no bundle")
    same = f"sha256:{sha256(facts.bundle.read(MANIFEST))}" == facts.scope["manifest"]
    check(same, f"{MANIFEST}: it is not the one that was sealed")
    listed = {line["path"]: line for _, line in facts.bundle.lines(MANIFEST)}
    there = facts.bundle.names() - {SEAL, MANIFEST, SELF}
    for name in sorted(set(listed) ^ there):
        raise WrongError(f"{name} is missing" if name in listed else f"{name} was added")
    for name, line in listed.items():
        data = hashlib.sha256()
        with facts.bundle.open(name) as file:
            for piece in iter(partial(file.read, 1 << 20), b""):
                data.update(piece)
        if data.hexdigest() != line["sha256"]:
            if name == "events.jsonl":
                check_events(facts)
            raise WrongError(f"{name}: it was changed (its SHA-256 is not the manifest's)")


def check_seal(facts: Facts) -> None:
    for fingerprint, public in spelled(facts.bundle.read("keys.json")[:-1], "keys.json").items():
        facts.keys[fingerprint] = bytes.fromhex(public)
        check(sha256(facts.keys[fingerprint]) == fingerprint, f"keys.json: {fingerprint} is another key's name")
    used = facts.scope["key"]
    check(facts.fingerprint in {None, used}, f"the bundle was sealed by another key: {used}")
    check_signature(facts, facts.seal["statement"], facts.seal["signature"], used, SEAL)
    facts.said.append(f"sealed by the key {used}{'' if facts.fingerprint else ' (compare it!)'}")


def check_signature(facts: Facts, text: str, signature: str, key: str, where: str) -> Json:
    check(re.fullmatch(r"[0-9a-f]{128}", signature) is not None, f"{where}: its signature is no signature")
    statement = spelled(text.encode(), where)
    check(statement.get("key") == key and key in facts.keys, f"{where}: its key is not in keys.json")
    check(statement.get("site") == facts.scope["site"], f"{where}: it was sealed at another site")
    check(signed(facts.keys[key], text.encode(), bytes.fromhex(signature)), f"{where}: its seal does not fit")
    return statement


def check_events(facts: Facts) -> None:
    """Every event links to the one before, and the last is the one that was sealed."""
    chain, number = facts.scope["project"], 0
    previous = sha256(chain.encode())
    for number, line in facts.bundle.lines("events.jsonl"):
        where = f"events.jsonl, event {number}"
        check(set(line) == {"seq", "at", "prev_hash", "hash", "canonical"}, f"{where}: it has other members")
        check(line["seq"] == number, f"{where}: the next one found is {line['seq']}")
        check(line["prev_hash"] == previous, f"{where}: it does not link to the event before it")
        head = bytes.fromhex(previous) + number.to_bytes(8, "big") + microseconds(line["at"], where)
        previous = sha256(head + line["canonical"].encode())
        check(line["hash"] == previous, f"{where}: its content or time was changed (the hash does not fit)")
        record = json.loads(line["canonical"])
        check(record["chain"] == chain and record["site"] == facts.scope["site"], f"{where}: it is another chain's")
        facts.events[number], facts.times[number] = record, line["at"]
        facts.heads[sha256(canonical({"chain": chain, "seq": number, "hash": previous}).encode())] = number
    same = facts.scope["head"] == {"seq": number, "hash": previous}
    check(same, f"events.jsonl: it ends at event {number}, but {facts.scope['head']['seq']} were sealed")
    facts.said.append(f"{number} events, linked without a gap")
