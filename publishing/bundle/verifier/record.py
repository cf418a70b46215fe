"""Checks of project, versions, texts, leases, members, comments and tasks, each derived again from the events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from audit.derivation import (
    comments_of,
    leases_of,
    members_of,
    policy_of,
    project_of,
    tasks_of,
    versions_of,
)
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.reading import Json, canonical, check, microseconds, parsed, same_members, sha256
from publishing.bundle.verifier.report import report

CONTENT = {"prompt_text": "content/prompt_text.md", "model_configuration": "content/model_configuration.json"}
# Files that only the bundle of a whole project contains.
OF_PROJECT = {"texts.jsonl", "comments.jsonl", "tasks.jsonl", "policy.jsonl"}
FIELD = {"sha256", "media_type", "language"}


def check_lines(
    facts: Facts, name: str, made: Iterable[Json], look: Callable[[str, Json], None] | None = None
) -> list[Json]:
    """The lines of a file are exactly those derived from the events, in order. Returns the lines."""
    wanted = iter(made)
    lines = []
    for number, line in facts.bundle.lines(name):
        where = f"{name}, line {number}"
        if look is not None:
            look(where, line)
        lines.append(line)
        expected = next(wanted, None)
        check(expected is not None, f"{where}: no event recorded it")
        same_members(line, expected or {}, where)
    check(next(wanted, None) is None, f"{name}: line {len(lines) + 1} is missing")
    return lines


def by_id(facts: Facts, name: str, *members: str) -> dict[str, Json]:
    """The members of each line that are in no event; they are compared with hashes that are."""
    return {str(line.get("id")): {member: line.get(member) for member in members} for line in facts.lines(name)}


def check_project(facts: Facts) -> None:
    """The project's names are those in its events; the first one is in an event of the chain `site`."""
    given = [line["created"] for line in facts.lines("project.json")]
    check(len(given) == 1, "project.json: it is not one line")
    created = given[0]
    check(set(created) == {"seq", "at", "prev_hash", "hash", "canonical"}, "project.json: its event has other members")
    head = bytes.fromhex(created["prev_hash"]) + created["seq"].to_bytes(8, "big")
    digest = sha256(head + microseconds(created["at"], "project.json") + created["canonical"].encode())
    check(digest == created["hash"], "project.json: its event was changed (the hash does not fit)")
    record = parsed(created["canonical"], "project.json")
    about = (record["chain"], record["site"], record["action"], record["target"]["type"], record["target"]["id"])
    own = ("site", facts.scope["site"], "project.created", "project", facts.scope["project"])
    check(about == own, "project.json: its event is about something else")
    made = project_of((created["seq"], created["at"], record), facts.all_events())
    check_lines(facts, "project.json", [{"created": created, **made}])


def check_versions(facts: Facts) -> None:
    """Every version matches its event, and its content hash matches its fields."""
    fields = by_id(facts, "versions.jsonl", "fields")
    made = versions_of(facts.all_events(), lambda identity: fields.get(identity, {}).get("fields"))

    def look(where: str, line: Json) -> None:
        hashed = canonical({"v": 1, "fields": line["fields"]})
        fits = sha256(hashed.encode()) == line["content_hash"]
        check(fits, f"{where}: its content hash does not fit its fields (fields)")
        facts.versions[line["version"]] = line

    lines = check_lines(facts, "versions.jsonl", made, look)
    newest = max(facts.versions, default=0)
    check(facts.scope["version"] in facts.versions or not newest, "seal.json: there is no such version")
    is_newest = facts.scope["release"] is not None or facts.scope["version"] == newest
    check(is_newest, f"seal.json: v{newest} is the newest version")
    facts.notes.append(f"{len(lines)} versions")


def check_content(facts: Facts) -> None:
    fields: Json = facts.versions[facts.scope["version"]]["fields"] if facts.scope["version"] else {}
    wanted = {CONTENT.get(name, f"content/{name}"): each["sha256"] for name, each in fields.items()}
    there = {name for name in facts.bundle.names() if name.startswith("content/")}
    check(there == set(wanted), f"content: it has not just the files of v{facts.scope['version']}")
    for name, digest in wanted.items():
        check(sha256(facts.bundle.read(name)) == digest, f"{name}: it is not the text of v{facts.scope['version']}")


def check_leases(facts: Facts) -> None:
    """The leases (who held which field, and when) match the events of the locks."""
    check_lines(facts, "leases.jsonl", leases_of(facts.all_events()))


def check_members(facts: Facts) -> None:
    check_lines(facts, "members.jsonl", members_of(facts.all_events()))


def check_rest_of_project(facts: Facts) -> None:
    """The files that only the bundle of a whole project has: texts of all versions, comments, tasks and the policy."""
    there = facts.bundle.names() & OF_PROJECT
    if facts.scope["release"] is not None:
        check(not there, f"{min(there, default='')}: it does not belong to a release")
        return
    check(there == OF_PROJECT, f"{min(OF_PROJECT - there, default='')} is missing")
    check_lines(facts, "texts.jsonl", texts_of(facts))
    words = by_id(facts, "comments.jsonl", "text", "quote")
    made = comments_of(facts.all_events(), lambda identity: words.get(identity, {}))
    texts = {record["target"]["id"]: record["data"] for _, _, record in facts.all_events() if is_comment_text(record)}

    def look(where: str, line: Json) -> None:
        said = texts.get(line["id"], {})
        check(sha256(line["text"].encode()) == said.get("text_sha256"), f"{where}: its text is another (text)")
        quoted = sha256(line["quote"].encode()) if said.get("quote_sha256") else None
        check(quoted == said.get("quote_sha256"), f"{where}: its quote is another (quote)")
        check(quoted is not None or not line["quote"], f"{where}: its quote is another (quote)")

    check_lines(facts, "comments.jsonl", made, look)
    check_lines(facts, "tasks.jsonl", tasks_of(facts.all_events()))
    check_lines(facts, "policy.jsonl", [policy_of(facts.all_events())])


def is_comment_text(record: Json) -> bool:
    """Whether the event records a new comment or reply."""
    return record["action"] in ("comment.created", "comment.answered")


def texts_of(facts: Facts) -> Iterator[Json]:
    """The expected lines of `texts.jsonl`: each hash in a version, with the text of that hash from the file."""
    texts = {sha256(line["text"].encode()): line["text"] for line in facts.lines("texts.jsonl")}
    for version in sorted(facts.versions):
        line = facts.versions[version]
        for name in line["changed_fields"]:
            if name in line["fields"]:
                digest: Any = line["fields"][name]["sha256"]
                yield {"sha256": digest, "text": texts.get(digest)}


def check_report(facts: Facts) -> None:
    """The report is exactly the page generated from the other files."""
    wanted = report(facts.scope, facts.lines, facts.all_events)
    with facts.bundle.open("report.html") as file:
        for piece in wanted:
            check(file.read(len(piece)) == piece, "report.html: it says something else than the other files")
        check(file.read(1) == b"", "report.html: it says more than the other files")
