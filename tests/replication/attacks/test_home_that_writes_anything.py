"""A home may record what no Foundry does, under right hashes: it is kept as it came, and every page goes on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.chain import link_hash
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from stages.replication.home.projection.overview import status_of
from stages.replication.home.projection.releases import releases_of
from stages.replication.home.projection.versions import newest_versions
from stages.replication.home.verification import check_copies
from stages.replication.home.wire import read_events
from stages.replication.models import CopiedEvent
from tests.replication.home.copying import CopiedProject

pytestmark = pytest.mark.django_db

HASH = "ab" * 32
ID = "01890000-0000-7000-8000-000000000000"
PERSON = {"id": ID, "display_name": "Mallory", "kind": "human"}
SAVED = {"version": 4, "message": "", "kind": "save", "source_version": None, "content_hash": HASH, "fields": {}}
SUBMITTED = {"name": "2.0", "version": 3, "content_hash": HASH}
SIGNED = {"meaning": "approved", "statement": HASH, "seal": "00" * 64, "key": HASH}

ODD: list[tuple[str, Any]] = [
    ("draft.saved", {}),
    ("draft.saved", []),
    ("draft.saved", {**SAVED, "version": "4"}),
    ("draft.saved", {**SAVED, "version": -1}),
    ("draft.saved", {**SAVED, "fields": [1]}),
    ("draft.saved", {**SAVED, "fields": {"prompt_text": {"after": HASH}}}),
    ("draft.saved", {**SAVED, "fields": {"prompt_text": {"before": None, "after": "x" * 100}}}),
    ("draft.saved", {**SAVED, "fields": {"../x": {"before": None, "after": HASH}}}),
    ("draft.saved", {**SAVED, "renamed": {"": None}}),
    ("draft.saved", {**SAVED, "tokens": {"prompt_text": "x"}}),
    *((f"lock.{name}", {}) for name in ("acquired", "handed_over", "taken_over", "released")),
    ("lock.acquired", None),
    ("lock.acquired", {"field": "prompt_text", "holder": {**PERSON, "id": "x"}}),
    ("lock.acquired", {"field": "prompt_text", "holder": {**PERSON, "display_name": " "}}),
    ("lock.taken_over", {"field": "prompt_text", "holder": PERSON, "ended": 1}),
    ("lock.released", {"token": {}, "why": []}),
    ("release.submitted", {}),
    ("release.submitted", {**SUBMITTED, "version": 10**15}),
    ("release.submitted", SUBMITTED),
    ("release.signed", {"release_id": []}),
    ("release.notes_written", {"text_sha256": 1}),
    ("release.released", {"release_id": {}}),
    ("release.rejected", {"project_status": []}),
    ("project.frozen", {"status": "melted"}),
]


NOBODY: list[dict[str, Any]] = [
    {"actor": None},
    {"actor": {"id": "x", "name": "", "kind": 1}},
    {"actor": {"id": ID, "name": " ", "kind": "human"}},
    {"target": []},
    {"target": {"id": 4}},
    {"reason": {}},
]
PAGES = ("overview", "versions", "compare", "releases", "leases")


def push_of(copy: CopiedProject, *records: dict[str, Any]) -> dict[str, Any]:
    """What home pushes that has recorded this behind the copy."""
    newest = CopiedEvent.objects.filter(project=copy.id).order_by("-seq").first()
    assert newest is not None
    events, previous = [], bytes(newest.hash)
    for seq, record in enumerate(records, newest.seq + 1):
        text = canonical({**record, "chain": newest.chain, "site": str(newest.site)})
        previous = link_hash(prev_hash=previous, seq=seq, at=newest.at, canonical=text)
        at = newest.at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        events.append({"seq": seq, "at": at, "canonical": text, "hash": previous.hex()})
    head = {"seq": events[-1]["seq"], "hash": previous.hex()}
    return {"site": str(newest.site), "events": events, "checkpoint": None, "head": head}


def record(action: Any, data: Any, **members: Any) -> dict[str, Any]:
    actor = {"id": ID, "name": "Mallory", "kind": "human"}
    return {"action": action, "actor": actor, "target": {"type": "thing", "id": "x"}, "data": data, **members}


def read_everything(copy: CopiedProject) -> dict[str, str]:
    """Every page of the copy, and every answer over REST, none of which is an error."""
    client = Client()
    client.force_login(copy.people["viewer"])
    pages = {name: reverse(f"replication_home:{name}", args=[copy.id]) for name in PAGES}
    numbers = range(1, CopiedEvent.objects.filter(project=copy.id, action="draft.saved").count() + 1)
    pages |= {f"v{each}": reverse("replication_home:version", args=[copy.id, each]) for each in numbers}
    for each in releases_of(copy.id):
        if each.is_readable:
            pages[each.name] = reverse("replication_home:release", args=[copy.id, each.id])
    rest = ["", "versions/", "releases/", "leases/", *(f"versions/{each}/" for each in numbers)]
    pages |= {f"GET {each}": f"/api/v1/projects/{copy.id}/home/{each}" for each in rest}
    answers = {name: client.get(address) for name, address in pages.items()}
    assert {name: each.status_code for name, each in answers.items() if each.status_code != 200} == {}
    return {name: each.content.decode() for name, each in answers.items()}


def test_events_without_the_members_that_pages_need(copied: CopiedProject) -> None:
    copied.take(push_of(copied, *(record(action, data) for action, data in ODD)))
    read_everything(copied)
    assert list(check_copies()) == []


def test_events_of_nobody(copied: CopiedProject) -> None:
    actions = ("draft.saved", "lock.acquired", "release.submitted", "release.released")
    copied.take(push_of(copied, *(record(action, SAVED, **members) for action in actions for members in NOBODY)))
    read_everything(copied)


def test_what_cannot_be_shown_is_said_where_it_would_be(copied: CopiedProject) -> None:
    before = copied.taken[-1].seq
    fields = {"prompt_text": {"before": HASH, "after": HASH}}
    copied.take(
        push_of(
            copied,
            record("draft.saved", {}),
            record("draft.saved", {**SAVED, "version": 5, "fields": fields}),
            record("lock.acquired", {}),
            record("release.submitted", {}),
            record("project.frozen", {"status": "melted"}),
        )
    )
    pages = read_everything(copied)
    for name, number in {"versions": 1, "v4": 1, "leases": 3, "releases": 4}.items():
        assert f"Event {before + number} cannot be shown here" in pages[name], name
    assert "may not be all texts" in " ".join(pages["v5"].split())
    assert [(each.number, each.is_readable) for each in newest_versions(copied.id, limit=3)] == [
        (5, True),
        (4, False),
        (3, True),
    ]
    assert status_of(copied.id).status is None
    assert "Cannot be shown here" in pages["overview"]


def test_a_signature_that_says_nothing_or_whose_statement_is_no_statement(copied: CopiedProject) -> None:
    release = releases_of(copied.id)[0].id
    plain = next(digest for digest, text in copied.texts.items() if not text.startswith("{"))
    odd = {"release_id": release}
    copied.take(
        push_of(
            copied,
            record("release.signed", odd),
            record("release.signed", {**SIGNED, **odd, "statement": plain}),
            record("release.notes_written", odd),
        )
    )
    page = read_everything(copied)["1.0.0"]
    assert "This signature cannot be shown here" in page
    assert "Sealed by a key that is not known here" in page
    assert page.count("The seal fits, verified here") == 3


def test_an_action_that_no_event_has_is_refused(recorded: CopiedProject) -> None:
    recorded.take_all()
    for action in ("x" * 5_000, 1, None):
        with pytest.raises(ValidationFailed, match="is not as home recorded it"):
            recorded.take(push_of(recorded, record(action, {})))


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
def test_a_time_that_not_every_zone_can_write_is_refused(at: str) -> None:
    with pytest.raises(ValidationFailed):
        read_events([{"seq": 1, "at": at, "canonical": "{}", "hash": HASH}])
