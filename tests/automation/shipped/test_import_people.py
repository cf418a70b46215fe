"""`production/import_people`: people of a CSV become proposed contacts, and those who are known stay."""

from __future__ import annotations

import pytest

from stages.automation.errors import ScriptOff
from stages.automation.models import Switch
from tests.automation.shipped.conftest import Shipped

pytestmark = pytest.mark.django_db

SCRIPT = "production/import_people"
CSV = """Name;E-Mail;Phone;Department
Jane Doe;JANE@co;+41 1;Cast
Ada Byron;ada@co;;Lighting
"Hopper, Grace";grace@co;+1 2;stage management
Bob;;;Catering
;nobody@co;;
"""


def test_three_are_new_and_one_is_known(shipped: Shipped) -> None:
    shipped.adopt("production")
    shipped.site.create("contacts", {"name": "Jane Doe", "email": "jane@co"})
    execution = shipped.run(SCRIPT, file=CSV)
    assert (execution.state, execution.error, execution.writes) == ("succeeded", "", 3)
    assert len(shipped.rows("contacts")) == 1
    log = shipped.log(execution)
    assert "3 new, 0 completed, 1 known, 1 left out" in log
    assert "Row 5: there is no department Catering" in log
    assert "Row 6: left out, it has no name" in log
    shipped.accept(execution)
    assert shipped.rows("contacts") == [
        {"name": "Ada Byron", "email": "ada@co", "department": "lighting"},
        {"name": "Bob"},
        {"name": "Hopper, Grace", "email": "grace@co", "phone": "+1 2", "department": "stage"},
        {"name": "Jane Doe", "email": "jane@co"},
    ]
    again = shipped.run(SCRIPT, file=CSV)
    assert (again.state, again.proposal_id) == ("succeeded", None)


def test_what_is_empty_is_filled_in_where_that_is_wanted(shipped: Shipped) -> None:
    shipped.adopt("production")
    shipped.site.create("contacts", {"name": "Jane Doe", "phone": "+41 9"}, {"name": "Ada", "email": "ada@else"})
    lines = "name,email,phone\njane  doe,jane@co,+41 1\nAda,ada@co,\n"
    execution = shipped.run(SCRIPT, lines=lines, complete=True)
    shipped.accept(execution)
    assert shipped.rows("contacts") == [
        {"name": "Ada", "email": "ada@else"},
        {"name": "Ada", "email": "ada@co"},
        {"name": "Jane Doe", "email": "jane@co", "phone": "+41 9"},
    ]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({}, "Choose a CSV file, or paste its lines."),
        ({"lines": "a,b\n1,2\n"}, "The first row has to name the columns: name, email, phone, department."),
        ({"file": 'name\n"Jane\n'}, "a quoted cell of CSV has no end"),
    ],
)
def test_what_is_wrong_is_said(shipped: Shipped, args: dict[str, str], words: str) -> None:
    shipped.adopt("production")
    execution = shipped.run(SCRIPT, **args)
    assert (execution.state, execution.proposal_id) == ("failed", None)
    assert words in execution.error


def test_more_than_one_proposal_holds_is_left_for_another_run(shipped: Shipped) -> None:
    shipped.adopt("production")
    people = "name\n" + "".join(f"Person {number}\n" for number in range(1000))
    execution = shipped.run(SCRIPT, lines=people)
    assert (execution.state, execution.error) == ("succeeded", "")
    assert "are left for another run" in shipped.log(execution)


def test_without_its_grants_it_is_off(shipped: Shipped) -> None:
    shipped.site.adopt("production")
    assert not Switch.objects.get(kind="script").is_on
    with pytest.raises(ScriptOff):
        shipped.run(SCRIPT, file=CSV)
