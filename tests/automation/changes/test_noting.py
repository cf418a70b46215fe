"""What scripts watch is noted with the write that changes it: as it is shown, once, with the first value."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from kernel.errors import ValidationFailed
from stages.automation.models import Due
from stages.registers import verbs
from stages.registers.schema import Relation
from tests.automation.changes.conftest import LOG, ChangeDesk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "trigger",
    ["nobody", "contacts.nothing", "relation:plays", "field:nothing", "field:files/../x", "foundry.script", ".", ""],
)
def test_a_trigger_that_nothing_sets_off_is_refused_with_its_path(desk: ChangeDesk, trigger: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        desk.save(LOG, settings={"on_change": ["contacts.email", trigger]})
    assert list(refused.value.errors) == ["settings.on_change.1"]


@pytest.mark.parametrize("trigger", ["contacts", "contacts.*", "contacts.email", "field:prompt_text", "field:files/*"])
def test_what_can_change_can_be_watched(desk: ChangeDesk, trigger: str) -> None:
    desk.save(LOG, settings={"on_change": [trigger]})


def test_a_watched_cell_waits_with_its_first_value(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    (ada,) = desk.create({"name": "Ada", "email": "a"}, facet="contacts")
    assert desk.due() == {f"contacts|email|{ada}": None}
    Due.objects.all().delete()
    for value in ("b", "c"):
        desk.set(ada, "email", value, facet="contacts")
    desk.set(ada, "name", "Ada L.", facet="contacts")
    assert desk.due(saved) == {f"contacts|email|{ada}": "a"}


def test_one_job_waits_for_each_script(desk: ChangeDesk) -> None:
    saved, other = desk.watch("contacts.email"), desk.watch("contacts.email", name="other")
    desk.create({"email": "a"}, {"email": "b"}, facet="contacts")
    desk.create({"email": "c"}, facet="contacts")
    jobs = ProcrastinateJob.objects.filter(task_name="stages.automation.jobs.look_at_changes")
    assert sorted(each.args["script"] for each in jobs) == sorted([saved.script_id, other.script_id])
    assert {each.queueing_lock for each in jobs} == {each.lock for each in jobs}


def test_records_that_come_and_go_are_watched_by_their_table(desk: ChangeDesk) -> None:
    desk.watch("cast", name="cast")
    (kim,) = desk.create({"actor": "Kim", "age": 30}, facet="cast")
    assert desk.due() == {f"cast||{kim}": None}
    Due.objects.all().delete()
    desk.write(lambda acts, schema: verbs.delete_records(acts, schema, [kim]))
    assert desk.due() == {f"cast||{kim}": {"actor": "Kim", "age": 30}}
    Due.objects.all().delete()
    desk.undo()
    assert desk.due() == {f"cast||{kim}": None}


def test_all_columns_of_a_table_are_watched_each_by_itself(desk: ChangeDesk) -> None:
    desk.watch("cast.*")
    (kim,) = desk.create({"actor": "Kim", "age": 30}, facet="cast")
    assert set(desk.due()) == {f"cast|actor|{kim}", f"cast|age|{kim}"}


def test_links_are_watched_by_their_relation(desk: ChangeDesk) -> None:
    plays = Relation("plays", source="cast", target="contacts")
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, plays))
    desk.watch("relation:plays")
    (kim,) = desk.create({"actor": "Kim"}, facet="cast")
    (ada,) = desk.create({"name": "Ada"}, facet="contacts")
    assert desk.due() == {}
    edge = "01890000-0000-7000-8000-000000000001"
    desk.write(lambda acts, schema: verbs.link(acts, schema, edge, type_="plays", source=kim, target=ada))
    assert desk.due() == {f"relation:plays|{edge}": None}
    Due.objects.all().delete()
    desk.write(lambda acts, schema: verbs.delete_records(acts, schema, [kim]))
    assert desk.due() == {f"relation:plays|{edge}": {"from": kim, "to": ada}}


def test_a_column_that_is_one_with_a_watched_one_is_watched_with_it(desk: ChangeDesk) -> None:
    desk.watch("contacts.name")
    (kim,) = desk.create({"actor": "Kim"}, facet="cast")
    desk.write(lambda acts, schema: verbs.attach(acts, schema, kim, "contacts", {}))
    assert desk.due() == {}
    desk.write(lambda acts, schema: acts.map_fields(("contacts", "name"), ("cast", "actor")))
    assert desk.due() == {f"contacts|name|{kim}": None}
    Due.objects.all().delete()
    desk.set(kim, "actor", "Kim L.", facet="cast")
    assert desk.due() == {f"contacts|name|{kim}": "Kim"}


def test_only_what_may_be_read_starts_a_script(desk: ChangeDesk) -> None:
    desk.watch("contacts.email", "contacts.name", "cast", grants={"read": ["contacts.name", "cast.actor"]})
    (ada,) = desk.create({"email": "a", "name": "Ada"}, facet="contacts")
    (kim,) = desk.create({"actor": "Kim", "age": 30}, facet="cast")
    assert set(desk.due()) == {f"contacts|name|{ada}", f"cast||{kim}"}
    Due.objects.all().delete()
    desk.set(kim, "age", 31, facet="cast")
    assert desk.due() == {}
    desk.set(kim, "actor", "Kim L.", facet="cast")
    assert desk.due() == {f"cast||{kim}": {"actor": "Kim"}}


def test_nothing_waits_for_a_script_that_is_off_or_was_changed(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    desk.save(LOG + " ", name="watch", settings={"on_change": ["contacts.email"]})
    desk.create({"email": "a"}, facet="contacts")
    assert desk.due() == {}
    again = desk.save(LOG, name="watch", settings={"on_change": ["contacts.email"]})
    desk.create({"email": "b"}, facet="contacts")
    assert len(desk.due()) == 1
    Due.objects.all().delete()
    desk.switch(again, is_on=False)
    desk.create({"email": "c"}, facet="contacts")
    assert desk.due() == {}
    assert saved.sha256 == again.sha256
