"""Checks of releases, their signatures, and the checkpoint that covers them."""

from __future__ import annotations

from audit.derivation import ENDS, releases_of, rules_in_force, signatures_of
from publishing.bundle.verifier.chain import Facts, check_signature
from publishing.bundle.verifier.reading import Json, check, sha256
from publishing.bundle.verifier.record import by_id, check_lines
from publishing.quorum import DEFAULT_RULES, Approval, fault_in_gates, fault_in_released, quorum_of_rules

STATEMENT = {"type", "v", "site", "key", "subject", "name", "version", "meaning", "comment", "signer", "time"}
CHECKPOINT = {"type", "v", "site", "key", "number", "at", "previous", "heads"}


def check_releases(facts: Facts) -> None:
    """Releases match their events, and each one that was released has the signatures its policy required."""
    only = facts.scope["release"]
    texts = {line["notes"]["id"]: line["notes"]["text"] for line in facts.lines("releases.jsonl") if "notes" in line}
    made = [line for line in releases_of(facts.all_events(), texts.get) if only in (None, line["id"])]
    check(only is None or bool(made), "releases.jsonl: the release is missing")
    check_lines(facts, "releases.jsonl", made, check_release_notes)
    signatures = check_signatures(facts, {line["id"]: line for line in made})
    in_force = rules_in_force(facts.all_events())
    for line in made:
        where, version = f"release {line['name']}", facts.versions[line["version"]]
        check(line["content_hash"] == f"sha256:{version['content_hash']}", f"{where}: it is about other content")
        check(only is None or facts.scope["version"] == line["version"], "seal.json: it names another version")
        same = line["rules"] == (in_force[line["id"]] or DEFAULT_RULES)
        check(same, f"{where}: its policy is not the one that the project had")
        mine = [each for each in signatures if each["subject"]["id"] == line["id"]]
        check_gates(where, line, "submitted")
        if line["state"] == "released":
            check_policy(where, line, mine)
            check_gates(where, line, "released")
        facts.notes.append(f"{where}: {line['state']}, v{line['version']}")
        facts.notes += [f"  {each['meaning']} by {signer_words(each['signer'])}, {each['time']}" for each in mine]
    if only is not None:
        ended = [number for number, _, record in facts.all_events() if record["action"] in ENDS]
        is_over = made[0]["state"] != "in_review"
        check(not is_over or facts.scope["head"]["seq"] == ended[-1], "seal.json: it goes on behind the release's end")


def check_release_notes(where: str, line: Json) -> None:
    """The text of the release notes has the hash that its event recorded."""
    notes = line.get("notes", {"text": "", "sha256": sha256(b"")})
    check(sha256(notes["text"].encode()) == notes["sha256"], f"{where}: its notes are other ones (text)")


def signer_words(signer: Json) -> str:
    """The display name, with the user name to distinguish people; older statements have no user name."""
    return f"{signer['name']} ({signer['username']})" if "username" in signer else str(signer["name"])


def check_signatures(facts: Facts, releases: dict[str, Json]) -> list[Json]:
    """Every signature is sealed by a trusted key, matches its event, and is about its release."""
    events = {r["target"]["id"]: r for _, _, r in facts.all_events() if r["action"] == "release.signed"}
    texts = by_id(facts, "signatures.jsonl", "statement")
    every = signatures_of(facts.all_events(), lambda identity: str(texts.get(identity, {}).get("statement")))
    found = []

    def look(where: str, line: Json) -> None:
        record = events.get(line["id"])
        check(record is not None, f"{where}: no event recorded it (id)")
        event = record or {}
        is_same = sha256(line["statement"].encode()) == event["data"]["statement"]
        check(is_same, f"{where}: the events say something else (statement)")
        sealed = check_signature(facts, line["statement"], line["signature"], line["key"], f"{where} (signature)")
        check(
            set(sealed) - {"notes"} == STATEMENT and (sealed["type"], sealed["v"]) == ("signature", 1),
            f"{where}: it says other things",
        )
        same = (sealed["signer"]["id"], sealed["meaning"]) == (event["actor"]["id"], event["data"]["meaning"])
        check(same, f"{where}: its event says something else")
        release = releases.get(event["data"]["release_id"], {})
        fits = tuple(release.get(name) for name in ("id", "content_hash", "name", "version"))
        what = f"{where}: {sealed['meaning']} by {sealed['signer']['name']} was given for something else"
        check((sealed["subject"]["id"], sealed["subject"]["hash"], sealed["name"], sealed["version"]) == fits, what)
        notes = release.get("notes", {}).get("sha256")
        check(sealed.get("notes") == notes and ("notes" in sealed) == ("notes" in release), what)
        found.append(sealed)

    check_lines(facts, "signatures.jsonl", (line for line in every if line["release_id"] in releases), look)
    return found


def check_policy(where: str, release: Json, signatures: list[Json]) -> None:
    """Check with the same code (`quorum`) that Foundry uses to release."""
    quorum = quorum_of_rules(release["rules"], authors_sign=release["authors_sign"])
    given = [Approval(each["signer"]["id"], each["meaning"]) for each in signatures]
    fault = fault_in_released(quorum, given=given, authors=[author["id"] for author in release["authors"]])
    check(fault is None, f"{where}: {fault}")


def check_gates(where: str, release: Json, when: str) -> None:
    """The release has recorded facts for each gate of its policy. The part of the gate's stage checks their content."""
    fault = fault_in_gates(release["rules"], release.get("gates", {}).get(when, {}))
    check(fault is None, f"{where}, when it was {when}: {fault}")


def check_checkpoints(facts: Facts) -> None:
    """There is at most one checkpoint, and it covers these events. A release must have one."""
    is_released = any(record["action"] == "release.released" for _, _, record in facts.all_events())
    any_there = next(facts.lines("checkpoints.jsonl"), None) is not None
    check(any_there or not is_released, "checkpoints.jsonl: line 1 is missing")
    for number, line in facts.bundle.lines("checkpoints.jsonl"):
        where = f"checkpoints.jsonl, line {number}"
        check(set(line) == {"statement", "key", "signature"}, f"{where}: it has other members")
        sealed = check_signature(facts, line["statement"], line["signature"], line["key"], where)
        check(CHECKPOINT <= set(sealed) <= {*CHECKPOINT, "keys"}, f"{where}: it says other things")
        check(number == 1, f"{where}: one is enough")
        seen = max((facts.heads.get(head, 0) for head in sealed["heads"]), default=0)
        check(sealed["type"] == "checkpoint" and seen > 0, f"{where}: it saw none of these events")
        facts.notes.append(f"checkpoint {sealed['number']} of {sealed['at']} saw them up to event {seen}")
        _check_stamp(facts, line["statement"])


def _check_stamp(facts: Facts, statement: str) -> None:
    """The time stamp is of this checkpoint. Checking who issued it needs the authority's certificate."""
    if "checkpoint/timestamp.tsr" not in facts.bundle.names():
        facts.notes.append("no outside authority has stamped the checkpoint")
        return
    stamped = facts.bundle.read("checkpoint/statement.json")
    check(stamped == statement.encode(), "checkpoint/statement.json: it is not the checkpoint's statement")
    names_it = bytes.fromhex(sha256(stamped)) in facts.bundle.read("checkpoint/timestamp.tsr")
    check(names_it, "checkpoint/timestamp.tsr: it is a stamp of something else")
    facts.notes.append("NOT CHECKED HERE: who stamped the checkpoint, and when. With the authority's root certificate:")
    facts.notes.append(
        "  openssl ts -verify -data checkpoint/statement.json -in checkpoint/timestamp.tsr -CAfile ROOT.pem"
    )
