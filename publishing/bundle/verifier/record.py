"""Versions, their texts, leases and members: each is what the events say."""

from __future__ import annotations

from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.reading import Json, canonical, check, sha256

CONTENT = {"prompt_text": "content/prompt_text.md", "model_configuration": "content/model_configuration.json"}
OPENS = ("lock.acquired", "lock.handed_over", "lock.taken_over")


def check_versions(facts: Facts) -> None:
    """Every version is what its event says, and its content hash fits its fields."""
    saved = {record["data"]["version"]: (seq, record) for seq, record in facts.of("draft.saved")}
    for number, line in facts.bundle.lines("versions.jsonl"):
        where = f"versions.jsonl, v{number}"
        seq, record = saved.pop(number, (0, {}))
        check(line["version"] == number and bool(record), f"{where}: no event recorded it")
        same = (line["id"], line["author"]["id"], line["content_hash"], line["created_at"])
        told = (record["target"]["id"], record["actor"]["id"], record["data"]["content_hash"], facts.times[seq])
        check(same == told, f"{where}: its event says something else")
        hashed = canonical({"v": 1, "fields": line["fields"]})
        check(sha256(hashed.encode()) == line["content_hash"], f"{where}: its content hash does not fit its fields")
        facts.versions[number] = line
    check(not saved, f"versions.jsonl: v{min(saved, default=0)} is missing")
    facts.said.append(f"{len(facts.versions)} versions")


def check_content(facts: Facts) -> None:
    fields: Json = facts.versions[facts.scope["version"]]["fields"] if facts.scope["version"] else {}
    wanted = {CONTENT.get(name, f"content/{name}"): each["sha256"] for name, each in fields.items()}
    there = {name for name in facts.bundle.names() if name.startswith("content/")}
    check(there == set(wanted), f"content: it has not just the files of v{facts.scope['version']}")
    for name, digest in wanted.items():
        check(sha256(facts.bundle.read(name)) == digest, f"{name}: it is not the text of v{facts.scope['version']}")
    if "texts.jsonl" in facts.bundle.names():
        texts = set()
        for number, line in facts.bundle.lines("texts.jsonl"):
            texts.add(sha256(line["text"].encode()))
            check(line["sha256"] in texts, f"texts.jsonl, line {number}: the text was changed")
        used = {each["sha256"] for version in facts.versions.values() for each in version["fields"].values()}
        check(texts == used, "texts.jsonl: it has not just the texts of all versions")


def check_leases(facts: Facts) -> None:
    """Who held which field from when to when, as the events of the locks say."""
    opened = dict(facts.of(*OPENS))
    ends = {record["target"]["id"]: record["data"]["why"] for _, record in facts.of("lock.released")}
    for _, record in facts.of("lock.handed_over", "lock.taken_over"):
        ends[record["data"]["ended"]["lease_id"]] = record["action"].removeprefix("lock.")
    for number, line in facts.bundle.lines("leases.jsonl"):
        where = f"leases.jsonl, line {number}"
        record = facts.events.get(line["token"], {"action": "none"})
        check(line["started_at"] == facts.times.get(line["token"]), f"{where}: no event began it then")
        if record["action"] == "draft.saved":
            same = (line["user"]["id"], line["end_reason"]) == (record["actor"]["id"], "saved")
            check(same and line["field"] in record["data"]["changed_fields"], f"{where}: its event is another's")
            continue
        told = (record["data"]["field"], record["data"]["holder"]["id"], record["target"]["id"])
        opened.pop(line["token"], None)
        same = told == (line["field"], line["user"]["id"], line["lease_id"])
        check(same and line["end_reason"] == ends.get(line["lease_id"]), f"{where}: its events say something else")
    check(not opened, f"leases.jsonl: the lease with token {min(opened, default=0)} is missing")


def check_members(facts: Facts) -> None:
    roles: Json = {}
    for _, record in facts.of("member.added", "member.role_changed", "member.removed"):
        roles[record["target"]["id"]] = record["data"].get("role")
    now = {user: role for user, role in roles.items() if role}
    listed = {line["user"]["id"]: line["role"] for _, line in facts.bundle.lines("members.jsonl")}
    check(listed == now, "members.jsonl: the events say something else")
