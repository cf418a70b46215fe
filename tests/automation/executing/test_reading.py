"""What `core.records` answers, and how long an execution may read."""

from __future__ import annotations

import pytest
from django.db import connection

from stages.automation.executing import working
from stages.automation.models import Execution
from stages.automation.reading.scripts import log_of
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db


def printed(execution: Execution) -> list[str]:
    assert (execution.state, execution.error) == ("succeeded", "")
    return [line["text"] for line in log_of(execution).lines]


def make(desk: ScriptDesk, count: int) -> None:
    for at in range(count):
        values = {"name": f"n{at}"} | ({"notes": "some"} if at % 2 else {})
        desk.create(values, facet="contacts")


def test_where_asks_the_whole_table_and_fills_its_pages(desk: ScriptDesk) -> None:
    source = """
        for at = 1, 7 do core.create_entity("cast", {actor = at % 2 == 1 and "Ada" or "Bob", age = at}) end
        local found, after = {}, nil
        repeat
            local page
            page, after = core.records("cast", {where = {actor = "Ada"}, limit = 2, after = after})
            local ages = {}
            for at, row in ipairs(page) do ages[at] = row.age end
            print(table.concat(ages, " "))
        until not after
        print(#core.records("cast", {where = {actor = "Ada", age = 3}}), #core.records("cast", {where = {age = 99}}))
    """
    assert printed(desk.run(source)) == ["1 3", "5 7", "1\t0"]


def test_where_sees_what_is_stored_changed_and_emptied(desk: ScriptDesk) -> None:
    for at in range(8):
        desk.create({"actor": "Ada" if at % 2 else "Bob", "age": at}, facet="cast")
    source = """
        local all = core.records("cast")
        core.set_field(all[1].id, "cast.actor", "Ada")
        core.set_field(all[2].id, "cast.actor", nil)
        core.delete_entity(all[4].id)
        local function ages(options)
            local found, after = {}, nil
            repeat
                local page
                options.after = after
                page, after = core.records("cast", options)
                if #page > options.limit then error("too many") end
                for _, row in ipairs(page) do found[#found + 1] = row.age end
            until not after
            return table.concat(found, " ")
        end
        print(ages({where = {actor = "Ada"}, limit = 1}))
        print(ages({where = {actor = "Ada"}, limit = 2}))
        print(ages({where = {actor = "Bob"}, limit = 500}))
        print(ages({where = {actor = json.null}, limit = 500}))
        print(ages({limit = 3}))
        print(pcall(core.records, "cast", {where = {nothing = 1}}))
    """
    lines = printed(desk.run(source))
    assert lines[:5] == ["0 5 7", "0 5 7", "2 4 6", "1", "0 1 2 4 5 6 7"]
    assert lines[5].startswith("false")


def test_a_text_that_several_write_is_found_too(desk: ScriptDesk) -> None:
    make(desk, 5)
    source = 'for _, row in ipairs(core.records("contacts", {where = {notes = "some"}})) do print(row.name) end'
    assert printed(desk.run(source)) == ["n1", "n3"]


def test_a_script_may_wait_for_longer_than_an_idle_transaction(
    desk: ScriptDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "KEEPING", 0.2)
    desk.create({"name": "Ada"}, facet="contacts")
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '1s'")
    execution = desk.run('core.await(core.sleep(2.5)) print(#core.records("contacts"))')
    assert printed(execution) == ["1"]
    with connection.cursor() as cursor:
        cursor.execute("RESET idle_in_transaction_session_timeout")
