"""Promoting: a part of a pad becomes a version, which names everybody who changed the pad."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from audit.models import Event
from drafts.models import Draft
from drafts.reading import text_of
from kernel.errors import (
    ClientRefReused,
    Conflict,
    LockNotHeld,
    NotFound,
    PermissionDenied,
    StaleBase,
    ValidationFailed,
)
from locking.models import Lease
from notifications.models import Notification
from publishing.authors import authors_of
from stages.pads.contributors import has_inserted
from stages.pads.loading import read_text
from stages.pads.models import Pad, Revision
from stages.pads.ranges import Range
from stages.pads.services import close_pad, promote_pad, record_pad
from stages.pads.verification import check_records
from tests.pads.world import World, edit
from tests.writers import Writer

LINES = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
def pad(world: World) -> Pad:
    """A pad that began with the prompt: Ed and Mara wrote in it, Olga only deleted something, and Ed went on."""
    pad = world.pad(target_field="prompt_text", start="field")
    ed, mara, olga = (world.session(name) for name in ("ed", "mara", "olga"))
    edit(ed, pad, 1, (9, 0, " Cite 😀."))
    edit(mara, pad, 2, (3, 0, "very "))
    edit(olga, pad, 3, (13, 1, ""))
    edit(ed, pad, 4, (0, 0, "Later. "))
    return Pad.objects.get(pk=pad.id)


def promote(world: World, pad: Pad, by: str = "mara", **facts: Any) -> Draft:
    """Promote under a lock, which is given back."""
    writer = facts.pop("writer", None) or Writer(world.caller(by), world.project)
    field = facts.get("field", "prompt_text")
    lock = writer.take(field)
    given: dict[str, Any] = {
        "caller": writer.caller,
        "pad_id": pad.id,
        "revision": 4,
        "part": None,
        "field": field,
        "place": None,
        "session_id": writer.session,
        "token": lock.token,
        "base_version": 1,
        "release_locks": True,
        **facts,
    }
    return promote_pad(**given)


def test_a_version_has_the_text_of_the_revision_and_names_who_wrote_it(world: World, pad: Pad):
    draft = promote(world, pad, message="As we said")
    text = "Be very exact Cite 😀."
    assert (draft.version_number, draft.kind, draft.prompt_text, draft.message) == (2, "save", text, "As we said")
    origin = draft.origin or {}
    people = {str(user.id): name for name, user in world.people.items()}
    counts = {people.get(each["id"]): each["characters"] for each in origin["contributors"]}
    assert counts == {"ed": 9, "mara": 5, "olga": 0, None: 8}
    assert sum(counts.values()) == len(text.encode("utf-16-le")) // 2
    assert [each["id"] for each in origin["contributors"]] == [*sorted(people_of(origin)), None]
    assert {name: origin[name] for name in ("type", "id", "revision", "part", "place")} == {
        "type": "pad",
        "id": str(pad.id),
        "revision": 4,
        "part": None,
        "place": None,
    }
    event = Event.objects.of_project(world.project.id).filter(action="draft.saved").latest("seq")
    assert event.data["origin"] == origin
    assert not Lease.objects.open().exists()
    assert list(check_records()) == []


def people_of(origin: dict[str, Any]) -> list[str]:
    return [each["id"] for each in origin["contributors"] if each["id"] is not None]


@pytest.mark.parametrize("recorded", [0, 2, 5])
def test_the_hash_of_the_log_is_on_the_audit_trail_with_the_version(world: World, pad: Pad, recorded: int):
    if recorded == 5:
        record_pad(pad_id=pad.id)
    elif recorded:
        promote(world, pad, revision=recorded)
    draft = promote(world, pad, base_version=2 if recorded == 2 else 1)
    digest = (draft.origin or {})["digest"]
    events = list(Event.objects.of_project(world.project.id).filter(action="pad.recorded").order_by("seq"))
    expected = {0: [4], 2: [2, 4], 5: [5]}[recorded]
    assert [event.data["revision"] for event in events] == expected
    assert (events[-1].data["log_hash"] == digest) == (recorded != 5)
    pad.refresh_from_db()
    assert (pad.recorded, bytes(pad.recorded_hash).hex()) == (expected[-1], events[-1].data["log_hash"])
    assert list(check_records()) == []


def test_the_hash_of_an_old_revision_is_computed_from_what_was_recorded_before_it(world: World, pad: Pad):
    first = promote(world, pad, revision=2)
    edit(world.session("ed"), pad, 5, (0, 0, "!"))
    record_pad(pad_id=pad.id)
    between = promote(world, pad, revision=3, base_version=2)
    oldest = promote(world, pad, revision=1, base_version=3)
    assert len({(draft.origin or {})["digest"] for draft in (first, between, oldest)}) == 3
    assert list(check_records()) == []


def test_who_wrote_another_part_did_not_only_delete(world: World):
    pad = world.pad()
    edit(world.session("ed"), pad, 0, (0, 0, "Exact"))
    edit(world.session("mara"), pad, 1, (0, 1, ""), (2, 2, ""))
    edit(world.session("olga"), pad, 2, (0, 1, ""), (2, 0, "!"))
    people = {name: user.id for name, user in world.people.items()}

    assert has_inserted(pad.id, 3, people.values()) == {people["ed"], people["olga"]}
    assert has_inserted(pad.id, 2, people.values()) == {people["ed"]}


def test_a_part_goes_into_a_place_and_the_rest_stays_as_it_was(world: World):
    writer = Writer(world.caller("ed"), world.project)
    writer.save({"prompt_text": "a 😀\r\nb\nc\n", "files/x.md": {"content": "é1\r\né2\r\n"}}, *both(writer), base=1)
    for field in ("prompt_text", "files/x.md"):
        writer.give_back(field)
    pad = world.pad()
    edit(world.session("ed"), pad, 0, (0, 0, LINES))
    lines = Range(LINES.index("three"), LINES.index("five") + 4)
    draft = promote(world, pad, revision=1, part=lines, place=Range(5, 6), base_version=2)
    assert draft.prompt_text == "a 😀\nthree\nfour\nfive\nc\n"
    assert [each["characters"] for each in (draft.origin or {})["contributors"]] == [15]
    file = promote(world, pad, revision=1, part=lines, field="files/x.md", place=Range(4, 6), base_version=3)
    content = file.fields["files/x.md"]
    assert (content.media_type, content.language) == ("text/markdown", "markdown")
    assert text_of_file(file) == "é1\r\nthree\r\nfour\r\nfive\r\n"
    assert list(check_records()) == []


def both(writer: Writer) -> list[Any]:
    return [writer.take("prompt_text"), writer.take("files/x.md")]


def text_of_file(draft: Draft) -> str:
    return text_of(draft.fields["files/x.md"])


def test_a_new_file_and_a_configuration(world: World):
    pad = world.pad()
    edit(world.session("ed"), pad, 0, (0, 0, '{"a": 1}'))
    assert promote(world, pad, revision=1, field="files/new.json").fields["files/new.json"].language == "json"
    assert promote(world, pad, revision=1, field="model_configuration", base_version=2).model_configuration_text
    with pytest.raises(ValidationFailed) as refusal:
        promote(world, pad, revision=1, field="files/other.md", place=Range(0, 0), base_version=3)
    assert list(refusal.value.errors) == ["place"]


def test_the_lock_is_kept_where_it_is_not_given_back(world: World, pad: Pad):
    writer = Writer(world.caller("mara"), world.project)
    promote(world, pad, writer=writer, release_locks=False)
    assert Lease.objects.open().get().session_id == writer.session


def test_what_is_refused(world: World, pad: Pad):
    writer = Writer(world.caller("mara"), world.project)

    def refused(kind: type[Exception], **facts: Any) -> Any:
        with pytest.raises(kind) as refusal:
            promote(world, pad, writer=writer, **facts)
        return refusal.value

    assert "revision" in refused(ValidationFailed, revision=6).errors
    assert "base_version" in refused(ValidationFailed, base_version=2).errors
    for part in (Range(0, 23), Range(3, 2), Range(20, 22), Range(-1, 2)):
        assert list(refused(ValidationFailed, part=part).errors) == ["part"]
    assert list(refused(ValidationFailed, place=Range(0, 10)).errors) == ["place"]
    refused(Conflict, revision=1)
    refused(LockNotHeld, token=1)
    writer.give_back()
    for name, kind in (("rae", PermissionDenied), ("vic", PermissionDenied), ("outsider", NotFound)):
        with pytest.raises(kind):
            promote_pad(
                caller=world.caller(name),
                pad_id=pad.id,
                revision=1,
                part=None,
                token=1,
                field="prompt_text",
                place=None,
                session_id=uuid4(),
                base_version=1,
            )
    assert Draft.objects.of_project(world.project.id).count() == 1


def test_a_field_that_moved_is_refused_with_the_texts(world: World, pad: Pad):
    promote(world, pad, revision=2)
    with pytest.raises(StaleBase) as refusal:
        promote(world, pad, "ed", revision=4)
    fields: Any = refusal.value.extra["fields"]
    assert fields["prompt_text"]["yours"] == "Be very exact Cite 😀."


def test_a_repeat_answers_the_version_that_it_made(world: World, pad: Pad):
    writer = Writer(world.caller("mara"), world.project)
    caller = replace(writer.caller, client_ref=uuid4())
    lock = writer.take()
    given: dict[str, Any] = {
        "caller": caller,
        "pad_id": pad.id,
        "part": None,
        "field": "prompt_text",
        "place": None,
        "session_id": writer.session,
        "token": lock.token,
        "base_version": 1,
        "release_locks": True,
    }
    drafts = [promote_pad(**given, revision=4) for _ in range(2)]
    assert [draft.repeated for draft in drafts] == [False, True]
    assert drafts[0].id == drafts[1].id
    with pytest.raises(ClientRefReused):
        promote_pad(**given, revision=3)
    assert Event.objects.filter(action="pad.recorded").count() == 1


def test_a_closed_pad_can_be_promoted(world: World, pad: Pad):
    close_pad(caller=world.caller("ed"), pad_id=pad.id)
    assert promote(world, pad).version_number == 2


def test_contributors_are_authors_and_get_a_line(world: World, pad: Pad):
    draft = promote(world, pad, "mara")
    everybody = {world.people[name].id for name in ("ed", "mara", "olga")}
    assert set(authors_of(draft)) == everybody
    lines = Notification.objects.filter(kind="pad.promoted")
    assert {line.recipient_id for line in lines} == everybody - {world.people["mara"].id}


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("""SET origin = jsonb_set(origin, '{digest}', '"00"')""", "another hash"),
        ("""SET origin = jsonb_set(origin, '{contributors,0,characters}', '7')""", "other contributors"),
        ("""SET origin = jsonb_set(origin, '{revision}', '3')""", "another text"),
        ("""SET origin = jsonb_set(origin, '{revision}', '9')""", "revision 9 was promoted, and is missing"),
        ("""SET origin = jsonb_set(origin, '{part}', '{"start": 0, "end": 99}')""", "another text"),
        ("""SET origin = jsonb_set(origin, '{id}', '"none"')""", "it is missing"),
    ],
)
def test_a_version_whose_origin_was_changed_is_noticed(world: World, pad: Pad, sql: str, what: str):
    promote(world, pad)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE drafts_draft DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE drafts_draft {sql} WHERE version_number = 2")
        cursor.execute("ALTER TABLE drafts_draft ENABLE TRIGGER USER")
    assert what in " ".join(map(str, check_records()))


def test_the_number_of_queries_does_not_grow(world: World, pad: Pad, django_assert_max_num_queries: Any):
    for number in range(20):
        edit(world.session("ed" if number % 2 else "mara"), pad, 5 + number, (0, 0, "x"))
    assert Revision.objects.filter(pad=pad.id).count() == 25
    assert read_text(pad.id, 4).text == "Be very exact Cite 😀."
    with django_assert_max_num_queries(60):
        promote(world, pad)
