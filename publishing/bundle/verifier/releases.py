"""Releases, the signatures under them, and the checkpoints that saw them."""

from __future__ import annotations

from collections.abc import Sequence

from publishing.bundle.verifier.chain import Facts, check_signature
from publishing.bundle.verifier.reading import Json, check, sha256

STATEMENT = {"type", "v", "site", "key", "subject", "name", "version", "meaning", "comment", "signer", "time"}
ENDS = {"released": "release.released", "rejected": "release.rejected", "withdrawn": "release.withdrawn"}


def check_releases(facts: Facts) -> None:
    """Every release is what its events say, and what was released has the signatures that its policy asked for."""
    signatures = check_signatures(facts)
    begun = {record["target"]["id"]: (seq, record) for seq, record in facts.of("release.submitted")}
    ended = {record["target"]["id"]: record["action"] for _, record in facts.of(*ENDS.values())}
    listed = [line for _, line in facts.bundle.lines("releases.jsonl")]
    check(facts.scope["release"] in {None, *(line["id"] for line in listed)}, "releases.jsonl: the release is missing")
    for line in listed:
        where, (seq, record) = f"release {line['name']}", begun.pop(line["id"], (0, {}))
        check(bool(record), f"{where}: no event recorded it")
        said, version = record["data"], facts.versions[line["version"]]
        same = all(line[name] == said[name] for name in ("name", "version", "content_hash", "rules", "authors"))
        check(same and line["submitted_at"] == facts.times[seq], f"{where}: its event says something else")
        check(line["content_hash"] == f"sha256:{version['content_hash']}", f"{where}: it is about other content")
        check(ended.get(line["id"]) == ENDS.get(line["state"]), f"{where}: its end is not what the events say")
        mine = [each for each in signatures if each["subject"]["id"] == line["id"]]
        told = sum(record["data"]["release_id"] == line["id"] for _, record in facts.of("release.signed"))
        check(told == len(mine), f"{where}: a signature is missing")
        for each in mine:
            fits = (line["content_hash"], line["name"], line["version"])
            fits_not = f"signature {each['meaning']} by {each['signer']['name']}: it was given for something else"
            check((each["subject"]["hash"], each["name"], each["version"]) == fits, fits_not)
        if line["state"] == "released":
            check_policy(where, line, mine)
        facts.said.append(f"{where}: {line['state']}, v{line['version']}")
        facts.said += [f"  {each['meaning']} by {each['signer']['name']}, {each['time']}" for each in mine]
    check(facts.scope["release"] is not None or not begun, "releases.jsonl: a release is missing")


def check_signatures(facts: Facts) -> list[Json]:
    told = {record["target"]["id"]: record for _, record in facts.of("release.signed")}
    found = []
    for number, line in facts.bundle.lines("signatures.jsonl"):
        where = f"signatures.jsonl, line {number}"
        said = check_signature(facts, line["statement"], line["signature"], line["key"], where)
        check(set(said) == STATEMENT and said["type"] == "signature", f"{where}: it says other things")
        record = told.pop(line["id"], None)
        check(record is not None, f"{where}: no event recorded it")
        same = (sha256(line["statement"].encode()), line["signature"], said["signer"]["id"], said["meaning"])
        event = record or {}
        recorded = (*(event["data"][name] for name in ("statement", "seal")), event["actor"]["id"])
        check(same == (*recorded, event["data"]["meaning"]), f"{where}: its event says something else")
        found.append(said)
    return found


def check_policy(where: str, release: Json, signatures: Sequence[Json]) -> None:
    rules, authors = release["rules"], {author["id"] for author in release["authors"]}
    signers: dict[str, set[str]] = {meaning: set() for meaning in rules["signatures"]}
    for each in signatures:
        barred = each["meaning"] == "approved" and each["signer"]["id"] in authors
        if each["meaning"] in signers and not (barred and not rules["author_may_approve"]):
            signers[each["meaning"]].add(each["signer"]["id"])
    enough = all(len(signers[meaning]) >= wanted for meaning, wanted in rules["signatures"].items())
    people = len(set().union(*signers.values()))
    check(enough and people >= rules["distinct_people"], f"{where}: it lacks signatures that its policy asked for")


def check_checkpoints(facts: Facts) -> None:
    for number, line in facts.bundle.lines("checkpoints.jsonl"):
        where = f"checkpoints.jsonl, line {number}"
        said = check_signature(facts, line["statement"], line["signature"], line["key"], where)
        seen = max((facts.heads.get(head, 0) for head in said["heads"]), default=0)
        check(said["type"] == "checkpoint" and seen > 0, f"{where}: it saw none of these events")
        facts.said.append(f"checkpoint {said['number']} of {said['at']} saw them up to event {seen}")
        _check_stamp(facts, line["statement"])


def _check_stamp(facts: Facts, statement: str) -> None:
    """The stamp belongs to the checkpoint. Whether its authority made it takes that authority's certificate."""
    if "checkpoint/timestamp.tsr" not in facts.bundle.names():
        facts.said.append("no outside authority has stamped the checkpoint")
        return
    stamped = facts.bundle.read("checkpoint/statement.json")
    check(stamped == statement.encode(), "checkpoint/statement.json: it is not the checkpoint's statement")
    names_it = bytes.fromhex(sha256(stamped)) in facts.bundle.read("checkpoint/timestamp.tsr")
    check(names_it, "checkpoint/timestamp.tsr: it is a stamp of something else")
    facts.said.append("NOT CHECKED HERE: who stamped the checkpoint, and when. With the authority's root certificate:")
    facts.said.append(
        "  openssl ts -verify -data checkpoint/statement.json -in checkpoint/timestamp.tsr -CAfile ROOT.pem"
    )
