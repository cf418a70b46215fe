"""Versions, their texts, leases and members: each is what the events say."""

from __future__ import annotations

from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.reading import Json, canonical, check, microseconds, sha256

CONTENT = {"prompt_text": "content/prompt_text.md", "model_configuration": "content/model_configuration.json"}
# From this version of events on they tell when a lease ended to the microsecond.
EXACT_FROM = 2
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
    """Who held which field from when to when, as the events of the locks say: begin, end, reason, person, session."""
    told = leases_told(facts)
    for number, line in facts.bundle.lines("leases.jsonl"):
        where = f"leases.jsonl, line {number}"
        same = told.pop((line["token"], line["field"]), None)
        check(line["started_at"] == facts.times.get(line["token"]), f"{where}: no event began it then")
        check(same is not None, f"{where}: its events say something else")
        held = {**line, "user": line["user"]["id"]}
        for name, value in (same or {}).items():
            fits = is_nearly(value, held[name]) if isinstance(value, tuple) else value == held[name]
            check(fits, f"{where}: its events say something else ({name})")
    check(not told, f"leases.jsonl: the lease with token {min(told, default=(0, ''))[0]} is missing")


def leases_told(facts: Facts) -> dict[tuple[int, str], Json]:
    """Every lease by token and field, as the events tell it; a time that one tells only nearly is `(latest,)`."""
    told: dict[tuple[int, str], Json] = {}
    for seq, record in facts.events.items():
        action, data, at = record["action"], record["data"], facts.times[seq]
        if action == "draft.saved" and "tokens" not in data:
            of_moment = {"user": record["actor"]["id"], "session": None, "started_at": at, "ended_at": at}
            told |= {(seq, field): {**of_moment, "end_reason": "saved"} for field in data["changed_fields"]}
        if action in OPENS:
            ended = data.get("ended")
            if ended:
                at_end = ended["ended_at"] if record["v"] >= EXACT_FROM else (at,)
                told[ended["token"], data["field"]] |= {"ended_at": at_end, "end_reason": action[len("lock.") :]}
            told[seq, data["field"]] = {
                "lease_id": record["target"]["id"],
                "user": data["holder"]["id"],
                "session": data["session_id"],
                "started_at": at,
                "ended_at": None,
                "end_reason": None,
            }
        if action == "lock.released":
            held = told[data["token"], data["field"]]
            at_end = max(at, held["started_at"]) if record["v"] >= EXACT_FROM else (at,)
            held |= {"ended_at": at_end, "end_reason": data["why"]}
    return told


def is_nearly(value: tuple[str], at: str | None) -> bool:
    """Whether a time lies within the minute before; older events tell the end of a lease no better."""
    if at is None:
        return False
    latest, told = (int.from_bytes(microseconds(each, "leases.jsonl"), "big") for each in (value[0], at))
    return 0 <= latest - told <= 60_000_000


def check_members(facts: Facts) -> None:
    roles: Json = {}
    for _, record in facts.of("member.added", "member.role_changed", "member.removed"):
        roles[record["target"]["id"]] = record["data"].get("role")
    now = {user: role for user, role in roles.items() if role}
    listed = {line["user"]["id"]: line["role"] for _, line in facts.bundle.lines("members.jsonl")}
    check(listed == now, "members.jsonl: the events say something else")
