"""Staging in private: beside the record, for its author and the person they act for alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from audit.verification import verify_chain
from drafts.exchange.exporting import export_project
from kernel.errors import (
    ClientRefReused,
    Conflict,
    NotFound,
    PayloadTooLarge,
    ReadOnlyToken,
    StaleBase,
    ValidationFailed,
)
from proposals.models import Change, Proposal, Round
from proposals.reading import preview, proposal_body, proposal_summaries
from proposals.services import (
    create_proposal,
    discard_proposal,
    edit_proposal,
    resolve_drift,
    stage_changes,
    submit_proposal,
    unstage_change,
    withdraw_proposal,
)
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from tests.proposals.conftest import PROMPT, World, changed
from tests.publishing.bundles import files_in
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db

SECRET = "nobody else has heard of this sentence"


def tables_with(text: str) -> list[str]:
    """The tables that hold a text in some row, also as bytes."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            hexadecimal = text.encode().hex()
            cursor.execute(
                f'SELECT 1 FROM "{table}" AS t WHERE strpos(t::text, %s) > 0 OR strpos(t::text, %s) > 0 LIMIT 1',
                [text, hexadecimal],
            )
            if cursor.fetchone():
                found.append(str(table))
    return found


def test_writes_go_beside_the_record(world: World):
    newest = Event.objects.of_project(world.project.id).last()
    answer = Api(world.people["ed"]).post(
        f"projects/{world.project.id}/proposals/",
        {"title": "Better", "base_version": 1, "changes": {"prompt_text": "x"}},
    )
    made = members(answer)
    assert (answer.status_code, made["state"], made["number"]) == (201, "private", None)
    assert world.version == 1
    assert Event.objects.of_project(world.project.id).last() == newest
    shown = members(Api(world.people["ed"]).get(f"proposals/{made['id']}/preview/"))
    assert shown["prompt_text"] == "x"
    assert shown["model_configuration_text"] == '{"temperature": 0.3}'


def test_each_proposal_keeps_its_own_text(world: World):
    first, second = world.stage({"prompt_text": "x"}), world.stage({"prompt_text": "y"})
    shown = [preview(each, user=world.people["ed"])["prompt_text"] for each in (first, second, first)]
    assert shown == ["x", "y", "x"]


def test_discarding_leaves_no_trace(world: World):
    proposal = world.stage({"prompt_text": SECRET, "files/a.md": {"content": SECRET}}, title=SECRET)
    assert tables_with(SECRET) == ["proposals_change", "proposals_proposal"]
    events = Event.objects.of_project(world.project.id).count()

    discard_proposal(caller=world.caller("ed"), proposal_id=proposal.id)

    assert tables_with(SECRET) == []
    assert Event.objects.of_project(world.project.id).count() == events
    with pytest.raises(NotFound):
        discard_proposal(caller=world.caller("ed"), proposal_id=proposal.id)


def test_a_list_reads_the_texts_that_its_reader_has_staged_and_no_others(world: World):
    own, other, ended = world.open(), world.open(by="mara"), world.open()
    withdraw_proposal(caller=world.caller("ed"), proposal_id=ended.id, reason="Not now")
    with CaptureQueriesContext(connection) as told:
        proposal_summaries(list(Proposal.objects.with_people()), user=world.people["ed"])
    (read,) = [str(query["sql"]) for query in told.captured_queries if 'FROM "proposals_change"' in str(query["sql"])]
    read = read.replace("-", "")
    assert [each.id.hex in read for each in (own, other, ended)] == [True, False, False]


def test_a_list_reads_the_changes_of_the_newest_round_alone(world: World):
    proposal = world.open()
    world.restage(proposal, {"prompt_text": changed(line_8="Eight")})
    world.submit(proposal)
    (summary,) = proposal_summaries(list(Proposal.objects.with_people()), user=world.people["rae"])
    assert [each.get_deferred_fields() for each in summary.rounds] == [{"changes"}, set()]
    assert summary.rounds[1].changes == Round.objects.get(proposal=proposal, number=2).changes


WRITES: dict[str, Callable[..., object]] = {
    "stage": lambda **own: stage_changes(base_version=1, changes={"prompt_text": "mine"}, **own),
    "unstage": lambda **own: unstage_change(target="prompt_text", **own),
    "resolve": lambda **own: resolve_drift(target="prompt_text", how="mine", **own),
    "edit": lambda **own: edit_proposal(title="Mine", **own),
    "discard": discard_proposal,
}


@pytest.mark.parametrize("name", WRITES)
def test_a_reading_token_stages_nothing(world: World, name: str):
    proposal = world.stage()
    before = list(Change.objects.values()), list(Proposal.objects.values())
    with pytest.raises(ReadOnlyToken):
        WRITES[name](caller=replace(world.caller("ed"), is_read_only=True), proposal_id=proposal.id)
    assert before == (list(Change.objects.values()), list(Proposal.objects.values()))


def test_a_reading_token_makes_no_proposal(world: World):
    with pytest.raises(ReadOnlyToken):
        world.stage(caller=replace(world.caller("ed"), is_read_only=True))
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("persona", ["olga", "mara", "auditor"])
def test_c10_private_is_private(world: World, persona: str, make_user: Any):
    world.people["auditor"] = make_user("auditor", is_auditor=True)
    proposal = world.stage({"prompt_text": SECRET})
    client, path = Api(world.people[persona]), f"proposals/{proposal.id}/"
    stage = {"base_version": 1, "changes": {"prompt_text": "mine"}}
    answers = [
        client.get(path),
        client.get(f"{path}preview/"),
        client.patch(path, {"title": "Mine"}),
        client.request("PUT", f"{path}changes/", stage),
        client.post(f"{path}accept/", {"round": 1}),
        client.post(f"{path}submit/"),
        client.delete(path),
    ]
    assert [problem(answer) for answer in answers] == [(404, "not_found")] * len(answers)
    assert members(client.get(f"projects/{world.project.id}/proposals/"))["results"] == []
    assert SECRET.encode() not in client.get(f"projects/{world.project.id}/search/?q=sentence").content


def test_what_is_private_is_in_no_export(world: World):
    proposal = world.stage({"prompt_text": SECRET})
    lines = b"".join(export_project(project_id=world.project.id))
    assert SECRET.encode() not in lines
    assert str(proposal.id).encode() not in lines


def test_c10_what_is_private_is_in_no_bundle_for_an_inspection(world: World):
    world.save("mara", model_configuration="{}")
    proposal = world.stage({"prompt_text": SECRET})
    for data in files_in(b"".join(bundle(scope_of_project(world.project.id)))).values():
        assert SECRET.encode() not in data
        assert str(proposal.id).encode() not in data


def test_two_names_of_one_target_are_refused_rather_than_one_of_them_lost(world: World):
    with pytest.raises(ValidationFailed, match="stand for the same target"):
        world.stage({"prompt_text": "one", "field:prompt_text": "two"})


def test_another_tab_is_not_overwritten(world: World):
    proposal = world.stage({"prompt_text": "one"})
    facts: dict[str, Any] = {"caller": world.caller("ed"), "proposal_id": proposal.id, "base_version": 1}
    stage_changes(**facts, changes={"prompt_text": "two"}, revisions={"prompt_text": 1})
    with pytest.raises(StaleBase) as refusal:
        stage_changes(**facts, changes={"prompt_text": "mine"}, revisions={"prompt_text": 1})
    told = refusal.value.extra["fields"]
    assert told == {"prompt_text": {"theirs": "two", "yours": "mine", "revision": 2}}
    again = stage_changes(**facts, changes={"prompt_text": "two"}, revisions={"prompt_text": 1})
    assert again == {"prompt_text": 2}
    assert Change.objects.get(proposal=proposal).value == "two"


def test_an_agents_private_proposal_is_also_its_persons(world: World):
    ed = world.people["ed"]
    proposal = world.stage(caller=world.caller("bot", on_behalf_of=ed.id))
    edit_proposal(caller=world.caller("ed"), proposal_id=proposal.id, title="Mine")
    with pytest.raises(NotFound):
        edit_proposal(caller=world.caller("mara"), proposal_id=proposal.id, title="Hers")
    assert world.accept(proposal, "ed").state == "accepted"
    another = world.stage(caller=world.caller("bot", on_behalf_of=ed.id))
    assert Api(ed).get(f"proposals/{another.id}/").status_code == 200
    assert problem(Api(world.people["mara"]).get(f"proposals/{another.id}/")) == (404, "not_found")
    discard_proposal(caller=world.caller("ed"), proposal_id=another.id)


def test_a_client_cannot_say_for_whom_it_writes(world: World):
    body = {"title": "Better", "base_version": 1, "changes": {"prompt_text": "x"}, "on_behalf_of": "anybody"}
    made = members(Api(world.people["ed"]).post(f"projects/{world.project.id}/proposals/", body, on_behalf_of="x"))
    assert Proposal.objects.get(pk=made["id"]).on_behalf_of is None


def test_a_repeat_makes_no_second_proposal(world: World):
    caller = world.caller("ed", client_ref=uuid4())
    first = world.stage(caller=caller)
    again = world.stage(caller=caller)
    assert (again.id, again.repeated) == (first.id, True)
    with pytest.raises(ClientRefReused):
        world.stage({"prompt_text": "other"}, caller=caller)


def test_unfinished_syntax_can_be_staged_and_not_submitted(world: World):
    proposal = world.stage({"model_configuration": '{"temperature": '})
    with pytest.raises(ValidationFailed) as refusal:
        submit_proposal(caller=world.caller("ed"), proposal_id=proposal.id)
    assert "model_configuration" in refusal.value.errors


def test_too_much_is_refused(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PayloadTooLarge):
        world.stage({"prompt_text": "x" * (settings.FOUNDRY_MAX_TEXT_BYTES + 1)})
    with pytest.raises(Conflict, match="at most 500 changes"):
        world.stage({f"files/{number}.md": {"content": "x"} for number in range(501)})
    monkeypatch.setattr("proposals.services.staging.MAX_STAGED_BYTES", 10)
    with pytest.raises(Conflict, match="hold more than"):
        world.stage({"prompt_text": "more than ten bytes"})
    monkeypatch.setattr("proposals.services.creating.MAX_PRIVATE", 1)
    world.stage({"prompt_text": "x"})
    with pytest.raises(Conflict, match="You have 1 private proposals"):
        world.stage({"prompt_text": "x"})


def test_unstaging_drops_one_change(world: World):
    proposal = world.stage({"prompt_text": "x", "files/a.md": {"content": "y"}})
    unstage_change(caller=world.caller("ed"), proposal_id=proposal.id, target="prompt_text")
    body = proposal_body(Proposal.objects.with_people().get(pk=proposal.id), user=world.people["ed"])
    assert [each["target"] for each in body["targets"]] == ["files/a.md"]
    with pytest.raises(NotFound):
        unstage_change(caller=world.caller("ed"), proposal_id=proposal.id, target="prompt_text")


def test_a_private_row_disturbs_no_verification(world: World):
    world.stage()
    assert verify_chain(str(world.project.id)).finding is None


def test_a_copy_takes_the_newest_round_of_somebody_elses(world: World):
    original = world.open()
    copy = create_proposal(
        caller=world.caller("mara"), project_id=world.project.id, title="Taken up", copy_of=original.id
    )
    assert preview(copy, user=world.people["mara"])["prompt_text"] == changed(line_8="eight") != PROMPT
    ids = sorted(str(world.people[name].id) for name in ("ed", "mara"))
    assert [each["id"] for each in Proposal.objects.get(pk=copy.id).contributors] == ids


def test_a_copy_is_not_overwritten_by_changes_that_come_with_it(world: World):
    original = world.open()
    with pytest.raises(StaleBase):
        world.stage({"prompt_text": "mine"}, copy_of=original.id)
    copy = world.stage({"files/a.md": {"content": "mine"}}, copy_of=original.id)
    assert sorted(copy.changes.values_list("target", flat=True)) == ["files/a.md", "prompt_text"]


def test_the_author_reads_what_they_staged_and_others_the_round(world: World):
    proposal = world.open()
    world.restage(proposal, {"prompt_text": SECRET})
    found = Proposal.objects.with_people().get(pk=proposal.id)
    assert preview(found, user=world.people["ed"])["prompt_text"] == SECRET
    assert preview(found, user=world.people["mara"])["prompt_text"] == changed(line_8="eight")
    assert proposal_body(found, user=world.people["mara"])["staged"] == []
