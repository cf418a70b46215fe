"""What the page of an execution says of the changes that started it."""

from __future__ import annotations

from typing import Any

import pytest

from stages.automation.models import Execution
from stages.automation.pages.execution_given import MAX_SHOWN, given_of
from stages.registers import verbs
from stages.registers.reading.reader import Reader
from stages.registers.schema import Relation
from tests.automation.changes.conftest import ChangeDesk
from tests.automation.changes.test_texts import change_texts

pytestmark = pytest.mark.django_db


def rows(desk: ChangeDesk, execution: Execution) -> list[tuple[str, str, str, str]]:
    given = given_of(execution, Reader(desk.project.id))
    assert given is not None
    return [(each.label, each.column, each.was, each.became) for each in given.rows]


def test_each_kind_of_change_is_named_as_people_know_it(desk: ChangeDesk) -> None:
    plays = Relation("plays", title="plays", source="cast", target="contacts")
    desk.write(lambda acts, schema: verbs.add_relation(acts, schema, plays))
    saved = desk.watch("contacts.email", "cast", "relation:plays", "field:prompt_text")
    (ada,) = desk.create({"name": "Ada", "email": "a"}, facet="contacts")
    (kim,) = desk.create({"actor": "Kim"}, facet="cast")
    edge = "01890000-0000-7000-8000-000000000001"
    desk.write(lambda acts, schema: verbs.link(acts, schema, edge, type_="plays", source=kim, target=ada))
    change_texts(desk, {"prompt_text": "Be kind."})
    assert rows(desk, desk.follow(saved)) == [
        ("Ada", "email", "", "a"),
        ("Kim", "cast", "", "in it"),
        ("Kim → Ada", "plays", "", "linked"),
        ("Prompt", "", "", "there"),
    ]


def test_the_first_are_listed_and_the_others_counted(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.email")
    desk.create(*({"email": str(number)} for number in range(MAX_SHOWN + 5)), facet="contacts")
    given = given_of(desk.follow(saved), Reader(desk.project.id))
    assert given is not None
    assert (len(given.rows), given.more) == (MAX_SHOWN, 5)


def test_the_page_of_an_execution_on_change_lists_what_started_it(desk: ChangeDesk, client: Any) -> None:
    saved = desk.watch("contacts.email")
    desk.create({"name": "Ada", "email": "ada@example.org"}, facet="contacts")
    execution = desk.follow(saved)
    client.force_login(desk.owner.user)
    page = client.get(f"/projects/{desk.project.id}/automation/executions/{execution.id}/").content.decode()
    assert "Started by 1 change" in page
    assert "ada@example.org" in page
