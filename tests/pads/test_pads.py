"""Making pads, renaming them, closing them."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from audit.models import Event
from audit.verification import verify
from kernel.errors import NotFound, PermissionDenied, ProjectFrozen, ValidationFailed
from projects.services import archive_project
from stages.pads.log import first_hash
from stages.pads.models import Pad
from stages.pads.services import close_pad, create_pad, reopen_pad, update_pad
from tests.pads.world import World


def events_of(pad: Pad) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(target_type="pad", target_id=str(pad.id)).order_by("seq")
    return [(event.action, event.data) for event in events]


def test_a_pad_begins_empty_and_in_the_language_of_its_field(world: World):
    pad = world.pad(target_field="files/topology.yaml")

    kept = Pad.objects.get(pk=pad.id)
    assert (kept.head, kept.epoch, kept.length, kept.recorded, kept.closed_at) == (0, 1, 0, 0, None)
    assert (kept.name, kept.language, kept.target_field) == ("Exclusions", "yaml", "files/topology.yaml")
    assert bytes(kept.log_hash) == first_hash(pad.id)
    facts = {"pad_id": str(pad.id), "name": "Exclusions", "language": "yaml", "target_field": "files/topology.yaml"}
    assert events_of(pad) == [("pad.created", facts)]


@pytest.mark.parametrize(
    ("field", "language"),
    [("", "markdown"), ("prompt_text", "markdown"), ("model_configuration", "json"), ("files/notes", "")],
)
def test_its_language_where_none_is_given(world: World, field: str, language: str):
    assert world.pad(target_field=field).language == language
    assert world.pad(target_field=field, language="toml").language == "toml"


@pytest.mark.parametrize(
    "facts",
    [
        {"name": ""},
        {"name": "a\u202eb"},
        {"name": "x" * 121},
        {"language": "YAML!"},
        {"target_field": "prompt"},
        {"target_field": "files/../x"},
    ],
)
def test_what_no_pad_can_be_called(world: World, facts: dict[str, str]):
    with pytest.raises(ValidationFailed) as refused:
        world.pad(**facts)
    assert list(refused.value.errors) == list(facts)
    with pytest.raises(ValidationFailed):
        update_pad(caller=world.caller("ed"), pad_id=world.pad().id, **facts)


def test_what_changes_is_recorded_before_and_after(world: World):
    pad = world.pad()

    update_pad(caller=world.caller("mara"), pad_id=pad.id, name="Exclusion criteria", language="markdown")
    changed = update_pad(caller=world.caller("mara"), pad_id=pad.id, target_field="prompt_text")

    assert (changed.name, changed.language, changed.target_field) == ("Exclusion criteria", "markdown", "prompt_text")
    (_, first), (_, second) = events_of(pad)[1:]
    assert (first["before"], first["after"]) == ({"name": "Exclusions"}, {"name": "Exclusion criteria"})
    assert (second["before"], second["after"]) == ({"target_field": ""}, {"target_field": "prompt_text"})
    assert second["name"] == "Exclusion criteria"


def test_a_pad_is_closed_and_reopened_once_each(world: World):
    pad = world.pad()

    for _ in range(2):
        assert close_pad(caller=world.caller("ed"), pad_id=pad.id).is_closed
    for _ in range(2):
        assert not reopen_pad(caller=world.caller("olga"), pad_id=pad.id).is_closed

    assert [action for action, _ in events_of(pad)] == ["pad.created", "pad.closed", "pad.reopened"]


def test_a_repeat_answers_the_same_pad(world: World):
    caller = world.caller("ed", client_ref=uuid4())

    first, again = (create_pad(caller=caller, project_id=world.project.id, name="Thoughts") for _ in range(2))

    assert (again.id, again.repeated) == (first.id, True)
    assert Pad.objects.filter(project=world.project).count() == 1


@pytest.mark.parametrize(("name", "refusal"), [("rae", PermissionDenied), ("vic", PermissionDenied)])
def test_only_editors_make_and_manage_pads(world: World, name: str, refusal: type[Exception]):
    pad = world.pad()
    with pytest.raises(refusal):
        world.pad(by=name)
    for service in (close_pad, reopen_pad):
        with pytest.raises(refusal):
            service(caller=world.caller(name), pad_id=pad.id)


def test_for_outsiders_it_does_not_exist_and_in_an_archived_project_it_is_frozen(world: World):
    pad = world.pad()
    for pad_id in (pad.id, UUID(int=0)):
        with pytest.raises(NotFound):
            close_pad(caller=world.caller("outsider"), pad_id=pad_id)
    archive_project(caller=world.caller("olga"), project_id=world.project.id)
    with pytest.raises(ProjectFrozen):
        close_pad(caller=world.caller("ed"), pad_id=pad.id)


def test_the_events_say_what_the_rows_hold(world: World):
    pad = world.pad(target_field="prompt_text")
    update_pad(caller=world.caller("ed"), pad_id=pad.id, name="Renamed")
    close_pad(caller=world.caller("ed"), pad_id=pad.id)

    assert list(verify().findings) == []
    Pad.objects.filter(pk=pad.id).update(name="Forged")
    assert any(str(pad.id) in str(finding) for finding in verify().findings)
