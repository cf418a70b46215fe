"""Rules get other names and are deleted; what they added stays, and says where it comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from audit.models import Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from stages.automation.models import Switch
from stages.automation.reading.rules import rules_of
from stages.automation.services.rule_lives import delete_rule, rename_rule
from stages.registers import verbs
from tests.automation.rules.stage import CALLED, Stage
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db


def rename(stage: Stage, rule: str, name: str) -> Any:
    assert stage.owner is not None
    return rename_rule(caller=stage.owner, project_id=stage.project.id, rule_id=UUID(rule), name=name)


def delete(stage: Stage, rule: str, reason: str = "Not needed") -> Any:
    assert stage.owner is not None
    return delete_rule(caller=stage.owner, project_id=stage.project.id, rule_id=UUID(rule), reason=reason)


def causes(stage: Stage, record: str) -> list[dict[str, Any]]:
    """What REST says of a record: why it is where it is."""
    answer = Api(stage.caller.user).get(f"projects/{stage.project.id}/registers/records/{record}/causes/")
    found: list[dict[str, Any]] = members(answer)["results"]
    return found


def test_a_rule_that_was_renamed_stays_on_and_knows_what_it_added(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED)
    (cue,) = stage.create({"called": True}, facet="cues")
    rename(stage, saved.id, "cues to call")
    (rule,) = rules_of(stage.project.id)
    assert (rule.id, rule.name, rule.is_on) == (saved.id, "cues to call", True)
    event = Event.objects.of_project(stage.project.id).get(action="rule.renamed")
    assert (event.data["name"], event.data["was"], event.target_id) == ("cues to call", "called cues", saved.id)
    (other,) = stage.create({"called": True}, facet="cues")
    assert {rule for _kind, rule in stage.sources(other)} == {None, "cues to call"}
    # Its additions of both names are its own.
    for each in (cue, other):
        stage.call(each, called=False)
    assert stage.check(CALLED, rule_id=UUID(saved.id)).look.leaving == sorted([cue, other])


def test_a_name_that_a_rule_had_belongs_to_it(stage: Stage) -> None:
    saved = stage.save("a", CALLED)
    rename(stage, saved.id, "b")
    other = stage.save("c", {**CALLED, "when": []}, is_on=False)
    for taken in ("a", "b"):
        with pytest.raises(Conflict):
            stage.save(taken, CALLED)
        with pytest.raises(Conflict):
            rename(stage, other.id, taken)
    assert rename(stage, saved.id, "a").name == "a"
    with pytest.raises(ValidationFailed):
        rename(stage, saved.id, "")
    with pytest.raises(NotFound):
        rename(stage, str(UUID(int=0)), "d")
    with pytest.raises(PermissionDenied):
        rename(replace(stage, owner=stage.caller), saved.id, "d")


def test_a_deleted_rule_adds_nothing_and_what_it_added_stays_and_says_that_it_is_gone(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED)
    (cue,) = stage.create({"called": True}, facet="cues")
    with pytest.raises(ValidationFailed):
        delete(stage, saved.id, "")
    with pytest.raises(PermissionDenied):
        delete(replace(stage, owner=stage.caller), saved.id)
    delete(stage, saved.id)
    event = Event.objects.of_project(stage.project.id).get(action="rule.deleted")
    assert (event.record["reason"], event.data["name"], event.data["is_on"]) == ("Not needed", "called cues", False)
    assert not Switch.objects.get(record=saved.id).is_on
    assert rules_of(stage.project.id) == []
    (other,) = stage.create({"called": True}, facet="cues")
    assert (stage.tables(cue), stage.tables(other)) == ({"cues", "sm_cues"}, {"cues"})
    put = causes(stage, cue)[0]
    assert (put["called"], put["is_gone"], put["address"]) == ("called cues", True, "")
    with pytest.raises(NotFound):
        delete(stage, saved.id)
    again = stage.save("called cues", CALLED)
    assert again.id == saved.id
    assert not causes(stage, cue)[0]["is_gone"]


def test_a_record_says_which_rule_put_it_there_and_filled_its_fields(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    assert causes(stage, cue) == []
    stage.call(cue)
    rename(stage, saved.id, "cues to call")
    found = causes(stage, cue)
    assert [(each["table"], each["field"]) for each in found] == [
        ("sm_cues", None), ("sm_cues", "key"), ("sm_cues", "department")
    ]  # fmt: skip
    assert {each["called"] for each in found} == {"cues to call"}
    assert {each["source"]["rule"] for each in found} == {"called cues"}
    assert found[0]["address"].endswith(f"/automation/rules/{saved.id}/")
    assert found[0]["operation"]["name"] == stage.caller.user.display_name
    # What a person writes is theirs.
    stage.set(cue, "department", "sound", facet="sm_cues")
    assert [each["field"] for each in causes(stage, cue)] == [None, "key"]
    stage.write(lambda acts, schema: verbs.detach(acts, schema, cue, "sm_cues"))
    stage.write(lambda acts, schema: verbs.attach(acts, schema, cue, "sm_cues", {}))
    assert None not in [each["field"] for each in causes(stage, cue)]


def test_the_page_of_a_record_and_the_foot_of_a_table_say_it(stage: Stage, client: Any) -> None:
    saved = stage.save("called cues", CALLED)
    (cue,) = stage.create({"title": "Cue 11"}, facet="cues")
    stage.call(cue)
    client.force_login(stage.caller.user)
    here = f"/projects/{stage.project.id}/registers/"
    shown = client.get(f"{here}records/{cue}/").content.decode()
    assert f'href="/projects/{stage.project.id}/automation/rules/{saved.id}/"' in shown
    assert "by the rule “called cues”" in shown
    foot = client.get(f"{here}tables/sm_cues/cell/", {"record": cue, "field": "department"})
    assert "by the rule “called cues”" in foot.content.decode()
    assert "The record is in this table" in foot.content.decode()
    delete(stage, saved.id)
    gone = client.get(f"{here}records/{cue}/").content.decode()
    assert "by the rule “called cues”" in gone
    assert "(deleted since)" in gone


def test_the_history_of_a_rule_names_each_definition(stage: Stage) -> None:
    saved = stage.save("called cues", CALLED)
    stage.save("", {**CALLED, "when": []}, rule_id=UUID(saved.id))
    rename(stage, saved.id, "all cues")
    delete(stage, saved.id)
    reader = Api(stage.caller.user)
    here = f"projects/{stage.project.id}/rules/"
    changes = members(reader.get(f"{here}{saved.id}/history/"))["changes"]
    assert [(each["act"], each["name"]) for each in changes] == [
        ("deleted", "all cues"), ("renamed", "all cues"), ("saved", "called cues"), ("saved", "called cues")
    ]  # fmt: skip
    assert changes[-1]["sentence"].startswith("cues whose called is Yes")
    assert changes[-2]["sentence"].startswith("cues are also in")
    assert reader.get(f"{here}{UUID(int=0)}/history/").status_code == 404


def test_renaming_and_deleting_over_rest(stage: Stage) -> None:
    assert stage.owner is not None
    saved = stage.save("called cues", CALLED)
    owner, editor = Api(stage.owner.user), Api(stage.caller.user)
    here = f"projects/{stage.project.id}/rules/{saved.id}/"
    assert editor.request("PATCH", here, {"name": "x"}).status_code == 403
    assert members(owner.request("PATCH", here, {"name": "x"})) == {"id": saved.id, "name": "x", "is_on": True}
    assert owner.post(f"{here}delete/", {}).status_code == 400
    assert owner.post(f"{here}delete/", {"reason": "Old"}).status_code == 204
    assert owner.post(f"{here}delete/", {"reason": "Old"}).status_code == 404
