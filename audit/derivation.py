"""Derives a project's records from its events alone, to write bundles and exports and to verify them.

An event is `(number, time, record)`. People appear under the names that the events record. This module is also joined
into the `verify.py` of every bundle, so it imports the standard library only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Json = dict[str, Any]
Event = tuple[int, str, Json]

LOCKS = ("lock.acquired", "lock.handed_over", "lock.taken_over", "lock.released", "draft.saved")
MEMBERS = ("member.added", "member.role_changed", "member.removed")
ENDS = {"release.released": "released", "release.rejected": "rejected", "release.withdrawn": "withdrawn"}
RELEASES = ("release.submitted", "release.notes_written", *ENDS)
COMMENTS = ("comment.created", "comment.answered", "comment.resolved", "comment.reopened", "comment.withdrawn")
TASKS = ("task.created", "task.changed")


def actor_of(record: Json) -> Json:
    """The actor, under the display name at the time of the event."""
    actor = record["actor"]
    return {"id": actor["id"], "display_name": actor["name"], "kind": actor["kind"]}


def project_of(created: Event, events: Iterable[Event]) -> Json:
    """The project as of the last event; `created` is its event on the chain `site`."""
    _, at, record = created
    facts = {name: record["data"].get(name) for name in ("name", "description", "is_private")}
    for _, _, changed in events:
        if changed["action"] == "project.updated":
            facts.update({name: value for name, value in changed["data"].items() if name in facts})
    return {"id": record["target"]["id"], **facts, "created_at": at, "created_by": actor_of(record)}


def members_of(events: Iterable[Event]) -> Iterator[Json]:
    """The members and their roles as of the last event."""
    members: dict[str, Json] = {}
    for _, at, record in events:
        if record["action"] == "member.removed":
            members.pop(record["target"]["id"], None)
        elif record["action"] in MEMBERS:
            data, identity = record["data"], record["target"]["id"]
            added = members[identity]["added_at"] if identity in members else at
            members[identity] = {"user": data["user"], "role": data["role"], "added_at": added, "since": at}
    yield from members.values()


def versions_of(events: Iterable[Event], fields_of: Callable[[str], Any]) -> Iterator[Json]:
    """Every version. Its fields come from `fields_of(id)`; the content hash proves them."""
    for _, at, record in events:
        if record["action"] == "draft.saved":
            data = record["data"]
            same = ("version", "message", "kind", "source_version", "changed_fields", "content_hash")
            identity = record["target"]["id"]
            yield {
                "id": identity,
                "author": actor_of(record),
                "created_at": at,
                "fields": fields_of(identity),
                **{name: data[name] for name in same},
                **_made_from(data),
            }


def _made_from(data: Json) -> Json:
    """What the version was made from, such as a proposal, in the event's words for people: under the type's name."""
    kind = (data.get("origin") or {}).get("type")
    return {kind: data[kind]} if kind in data else {}


def leases_of(events: Iterable[Event]) -> Iterator[Json]:
    """The leases (who held which field, and when), ordered by their end; open ones come last.

    A version that was saved without a lock counts as a lease of each changed field that starts and ends at its time.
    """
    held: dict[str, Json] = {}
    for number, at, record in events:
        action, data = record["action"], record["data"]
        over, why = (record["target"]["id"], data.get("why")) if action == "lock.released" else (None, None)
        if data.get("ended") and action in ("lock.handed_over", "lock.taken_over"):
            over, why = data["ended"]["lease_id"], action[len("lock.") :]
        if over in held:
            lease = held.pop(over)
            # From version 2 on, a hand-over records the end. Otherwise use the event's time, which may precede the
            # start of the lease if the clock was set back.
            ended = (data.get("ended") or {}).get("ended_at") or max(at, lease["started_at"])
            yield {**lease, "ended_at": ended, "end_reason": why}
        if action == "draft.saved":
            for field in data["changed_fields"]:
                if field not in data.get("tokens", {}):
                    who = {"lease_id": None, "user": actor_of(record), "session": None}
                    yield {**_lease(field, number, at), **who, "ended_at": at, "end_reason": "saved"}
        elif action in LOCKS and action != "lock.released":
            identity = record["target"]["id"]
            who = {"lease_id": identity, "user": data["holder"], "session": data["session_id"]}
            held[identity] = {**_lease(data["field"], number, at), **who}
    yield from sorted(held.values(), key=lambda lease: (lease["token"], lease["field"]))


def _lease(field: str, token: int, at: str) -> Json:
    return {"field": field, "token": token, "started_at": at, "ended_at": None, "end_reason": None}


def releases_of(events: Iterable[Event], notes_of: Callable[[str], Any]) -> Iterator[Json]:
    """Every release, with the policy and the authors at the time of its submission.

    `gates` holds the facts of the gates at submission and at release, if any gate ran; `notes` the newest release
    notes, if anybody wrote some. Their text comes from `notes_of(id)`; the event records the SHA-256 of it.
    """
    releases: dict[str, Json] = {}
    for _, at, record in events:
        data, identity = record["data"], record["target"]["id"]
        if record["action"] == "release.submitted":
            same = ("name", "version", "content_hash", "rules", "authors")
            releases[identity] = {
                "id": identity,
                **{name: data[name] for name in same},
                "authors_sign": data.get("authors_sign"),
                "state": "in_review",
                "submitted_by": actor_of(record),
                "submitted_at": at,
                "ended_by": None,
                "ended_at": None,
                "reason": "",
                **({"gates": {"submitted": data["gates"]}} if "gates" in data else {}),
            }
        elif record["action"] == "release.notes_written":
            written = {"id": identity, "text": notes_of(identity), "sha256": data["text_sha256"]}
            written.update(revision=data["revision"], written_by=actor_of(record), written_at=at)
            releases[data["release_id"]] = {**releases[data["release_id"]], "notes": written}
        elif record["action"] in ENDS:
            release = releases[identity]
            end = {"state": ENDS[record["action"]], "ended_by": actor_of(record), "ended_at": at}
            gates = {"gates": {**release.get("gates", {}), "released": data["gates"]}} if "gates" in data else {}
            releases[identity] = {**release, **end, "reason": record["reason"] or "", **gates}
    yield from releases.values()


def signatures_of(events: Iterable[Event], statement_of: Callable[[str], str]) -> Iterator[Json]:
    """Every signature. Its sealed text comes from `statement_of(id)`; the event records the SHA-256 of it."""
    for _, _, record in events:
        if record["action"] == "release.signed":
            data, identity = record["data"], record["target"]["id"]
            yield {
                "id": identity,
                "release_id": data["release_id"],
                "statement": statement_of(identity),
                "key": data["key"],
                "signature": data["seal"],
            }


def comments_of(events: Iterable[Event], words_of: Callable[[str], Json]) -> Iterator[Json]:
    """Every comment and reply. `text` and `quote` come from `words_of(id)`; the event records their SHA-256."""
    comments: dict[str, Json] = {}
    for _, at, record in events:
        action, data, identity = record["action"], record["data"], record["target"]["id"]
        if action in ("comment.created", "comment.answered"):
            same = ("thread_id", "version", "target_field", "sha256", "from_line", "to_line")
            comments[identity] = {
                "id": identity,
                **{name: data.get(name) for name in same},
                **{name: data[name] for name in ("proposal_id", "round", "side") if name in data},
                "author": actor_of(record),
                "created_at": at,
                "state": "open",
                "state_at": None,
                "state_by": None,
            }
        elif action in COMMENTS:
            comments[identity].update(state=data["state"], state_at=at, state_by=actor_of(record))
    for identity, comment in comments.items():
        yield {**comment, **words_of(identity)}


def tasks_of(events: Iterable[Event]) -> Iterator[Json]:
    """Every task of the checklist, as of the last event."""
    tasks: dict[str, Json] = {}
    for _, at, record in events:
        data, identity = record["data"], record["target"]["id"]
        if record["action"] == "task.created":
            made = {"id": identity, "created_by": actor_of(record), "created_at": at}
            tasks[identity] = {**made, "text": data["text"], "assignee": data["assignee"]}
            tasks[identity].update(done_at=None, done_by=None)
            if "due_on" in data:
                tasks[identity]["due_on"] = data["due_on"]
        elif record["action"] == "task.changed":
            same = ("text", "assignee", "due_on", "done_by")
            tasks[identity].update({name: data[name] for name in same if name in data})
            if "done" in data:
                tasks[identity]["done_at"] = at if data["done"] else None
    yield from tasks.values()


def policy_of(events: Iterable[Event]) -> Json:
    """The project's current policy in `rules`, or None if it was never set."""
    rules = None
    for _, _, record in events:
        if record["action"] == "policy.updated":
            rules = record["data"]["rules"]
    return {"rules": rules}


def rules_in_force(events: Iterable[Event]) -> dict[str, Json | None]:
    """The policy in force when each release was submitted, by release id; None if no policy was set then."""
    rules: Json | None = None
    found: dict[str, Json | None] = {}
    for _, _, record in events:
        if record["action"] == "policy.updated":
            rules = record["data"]["rules"]
        elif record["action"] == "release.submitted":
            found[record["target"]["id"]] = rules
    return found
