"""What automation promises, by the numbers of the controls; `tests/controls_out/automation.py` takes each out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from kernel.errors import DomainError, PermissionDenied
from proposals.models import Proposal, ProposalState
from stages.automation import lua
from stages.automation.errors import ScriptOff
from stages.automation.executing import working
from stages.automation.executing.bounds import limits
from stages.automation.lua.limits import Limits
from stages.automation.models import Execution, Switch
from stages.automation.services.modules import adopt_module
from stages.automation.services.suggestions import answer_suggestion
from stages.registers.models import Bundle, Mapping
from tests.automation.executing.conftest import ScriptDesk
from tests.automation.lua.hosts import Recorder
from tests.automation.modules.test_adopting import ASKING, PEOPLE, STAFF
from tests.automation.modules.world import Site
from tests.automation.rules.stage import CALLED, Stage

pytestmark = pytest.mark.django_db

FEW = Limits(calls=200, writes=20, depth=20, fuel=200_000_000, seconds=20)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("while true do pcall(core.records, 'x') end", "calls"),
        ("while true do pcall(function() while true do end end) end", "fuel"),
        ("local function f(n) if n > 0 then return pcall(f, n - 1) end end pcall(f, 60)", "depth"),
    ],
)
def test_c25_a_limit_ends_a_script_that_catches_every_error(source: str, code: str) -> None:
    outcome = lua.run(source, host=Recorder(records={"rows": [], "next": None}), limits=FEW)
    assert (outcome.state, outcome.code) == ("failed", code)


def test_c25_what_ends_at_a_limit_proposes_nothing(desk: ScriptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    # So few that a busy machine comes to them before its time ends.
    monkeypatch.setattr(working, "limits", lambda: replace(limits(), calls=200))
    execution = desk.run('core.create_entity("contacts", {name = "Ada"}) while true do pcall(core.records, "cast") end')
    assert (execution.state, execution.code, execution.proposal_id) == ("failed", "calls", None)


def test_c26_another_text_is_off_until_an_owner_switches_that_one_on(desk: ScriptDesk) -> None:
    saved = desk.save('print("one")')
    with pytest.raises(ScriptOff):
        desk.start(saved)
    desk.switch(saved)
    desk.start(saved)
    changed = desk.save('print("two")')
    with pytest.raises(ScriptOff):
        desk.start(changed)
    with pytest.raises(PermissionDenied):
        replace(desk, owner=desk.caller).switch(changed)
    desk.switch(changed)
    desk.start(changed)


def test_c26_what_is_not_granted_is_not_written(desk: ScriptDesk) -> None:
    source = """
        core.create_entity("cast", {actor = "Ada"})
        print(pcall(core.create_entity, "contacts", {name = "Ada"}))
    """
    assert desk.run(source, grants={"write": ["cast"]}).state == "succeeded"
    targets = [each.target for each in Proposal.objects.get().changes.all()]
    assert any("/cast" in each for each in targets)
    assert not any("/contacts" in each for each in targets)


def test_c27_what_a_script_wants_is_a_private_proposal_that_a_person_decides(desk: ScriptDesk) -> None:
    before = Bundle.objects.count()
    execution = desk.run('core.create_entity("contacts", {name = "Ada"})')
    assert execution.proposal_id is not None
    proposal = Proposal.objects.get(pk=execution.proposal_id)
    assert (proposal.state, proposal.on_behalf_of_id) == (ProposalState.PRIVATE, desk.caller.user.id)
    assert desk.rows() == []
    # Saving and switching the script were the only changes.
    assert Bundle.objects.count() == before + 1


def test_c27_only_owners_adopt_and_scripts_are_off_without_all_that_they_ask_for(site: Site) -> None:
    site.add(ASKING, scripts__ask_lua="return 1\n")
    with pytest.raises(PermissionDenied):
        adopt_module(caller=site.editor, project_id=site.project.id, name="asking")
    site.adopt("asking", grants={"write": ["answers.*"]})
    assert not Switch.objects.get(kind="script").is_on


def test_c27_columns_are_one_once_a_person_says_so(site: Site) -> None:
    for each in (PEOPLE, STAFF):
        site.add(each)
        site.adopt(each.split('"')[1])
    assert not Mapping.objects.exists()
    ends = ("people", "name"), ("staff", "person")
    answer_suggestion(caller=site.editor, project_id=site.project.id, one=ends[0], other=ends[1], is_same=True)
    assert Mapping.objects.exists()


def test_c28_what_a_rule_adds_is_in_the_bundle_that_caused_it_and_names_the_rule(stage: Stage) -> None:
    stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    before = Bundle.objects.count()
    stage.call(cue)
    assert Bundle.objects.count() == before + 1
    assert stage.sources(cue) == [
        ("SetField", None), ("AttachFacet", "called cues"), ("SetField", "called cues"), ("SetField", "called cues")
    ]  # fmt: skip
    event = Event.objects.of_project(stage.project.id).filter(action="register.changed").latest("seq")
    assert event.actor_id == stage.caller.user.id


def test_c29_the_frame_of_views_allows_nothing_but_its_own_script_and_workers(client: Client) -> None:
    answer = client.get("/view-frame/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-scripts" in policy
    assert "connect-src" not in policy
    assert "unsafe" not in policy
    assert not answer.cookies


def test_c06_without_its_event_no_rule_is_saved_and_nothing_runs(
    stage: Stage, desk: ScriptDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = desk.save('print("one")')
    desk.switch(saved)
    project = Event.objects.of_project(stage.project.id)

    def counts() -> tuple[int, ...]:
        counted = (Bundle.objects, Switch.objects, Execution.objects, project)
        return tuple(each.count() for each in counted)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    before = counts()
    # The event itself, and what comes after everything else was written.
    for last in ("rules.write_records", "scripts.queue_execution"):
        monkeypatch.setattr(f"stages.automation.services.{last}", broken)
    for act in (lambda: stage.save("called cues", CALLED), lambda: desk.start(saved)):
        with pytest.raises(RuntimeError):
            act()
        assert counts() == before
    monkeypatch.undo()
    monkeypatch.setattr("projects.writing.record", broken)
    for act in (lambda: stage.save("called cues", CALLED), lambda: desk.start(saved)):
        with pytest.raises(RuntimeError):
            act()
        assert counts() == before


def test_c10_editors_and_viewers_save_and_switch_nothing_that_is_an_owner_s(stage: Stage, desk: ScriptDesk) -> None:
    saved = desk.save('print("one")')
    for act in (
        lambda: replace(stage, owner=stage.caller).save("mine", CALLED),
        lambda: replace(desk, owner=desk.caller).switch(saved),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "permission_denied"
