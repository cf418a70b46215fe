"""What people do on the pages of a record, of conflicts and of the matrix."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from projects.models import Project
from projects.services import remove_member
from stages.registers import verbs
from stages.registers.models import Conflict, Edge, Operation, Row
from stages.registers.reading.inbox import case_of, list_open
from stages.registers.reading.matrices import Axes, matrix
from stages.registers.reading.reader import Reader
from stages.registers.services import records
from tests.cast import new_caller, new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db
AXES = Axes("requirements", "tests", "verifies")


@pytest.fixture
def ann() -> User:
    return new_user("Ann")


@pytest.fixture
def ben() -> User:
    return new_user("Ben")


@pytest.fixture
def project(ann: User, ben: User) -> Project:
    return new_project(ann, members={"editor": ben})


@pytest.fixture
def sites(project: Project) -> Sites:
    return Sites(project)


class Browser(Client):
    """Somebody's browser, on the register pages of a project."""

    project: Project

    def look(self, address: str, **query: Any) -> str:
        answer = self.get(f"/projects/{self.project.id}/registers/{address}", query)
        assert answer.status_code == 200
        return answer.content.decode()

    def act(self, address: str, **values: Any) -> Any:
        return self.post(f"/projects/{self.project.id}/registers/{address}", values)


@pytest.fixture
def browser(ann: User, project: Project) -> Browser:
    made = Browser()
    made.project = project
    made.force_login(ann)
    return made


def apart(sites: Sites, *values: Any) -> str:
    """A record whose status each site has set by itself; the project has it."""
    record = sites.create(title="x", status="new")
    sites.meet()
    for desk, value in zip(sites.desks, values, strict=False):
        desk.set(record, "status", value)
    sites.meet()
    sites.store()
    return record


def only_conflict(sites: Sites) -> Conflict:
    return Conflict.objects.get(project=sites.project, resolved_at=None)


def keep(browser: Browser, conflict: Conflict, value: Any, **values: Any) -> HttpResponse:
    """Keep the side that has a value, with the tips that the page shows."""
    reader = Reader(browser.project.id)
    item = next(each for each in list_open(reader) if each.id == str(conflict.id))
    case = case_of(reader, item)
    assert case is not None
    pick = next(at for at, side in enumerate(case.sides) if side.value == value)
    given = {"pick": pick, "tips": " ".join(case.tips), **values}
    found: HttpResponse = browser.act(f"conflicts/{conflict.id}/keep/", **given)
    return found


def shown(sites: Sites, record: str, name: str = "status") -> Any:
    return Row.objects.get(project=sites.project, record=record, facet="requirements").shown.get(name)


def test_deciding_between_three_values_closes_it_at_once(browser: Browser, sites: Sites) -> None:
    """Acceptance case 14, on the page."""
    record = apart(sites, "blocked", "done", "new")
    answer = keep(browser, only_conflict(sites), "blocked", reason="The pump is broken")
    assert answer.status_code == 302
    assert shown(sites, record) == "blocked"
    assert "Nothing to decide" in browser.look("conflicts/")
    assert "decided" in browser.look(f"records/{record}/")


def test_tips_that_have_moved_are_refused_and_shown_anew(browser: Browser, sites: Sites) -> None:
    """Acceptance case 17."""
    record = sites.create(title="x", status="new")
    sites.meet()
    for desk, value in zip(sites.desks, ("blocked", "done", None), strict=True):
        desk.set(record, "status", value)
    sites.a.sync(sites.b)
    sites.store(sites.a)
    conflict, stale = only_conflict(sites), sites.a.tips(record, "status")
    sites.meet()
    sites.store()
    answer = browser.act(f"conflicts/{conflict.id}/keep/", pick=0, tips=" ".join(stale))
    assert answer.status_code == 409
    assert "Something else stands side by side now" in answer.content.decode()
    assert Conflict.objects.filter(resolved_at=None).count() == 1


def test_another_value_or_none_can_be_kept_and_a_wrong_one_stays_typed(browser: Browser, sites: Sites) -> None:
    record = sites.create(title="x", within=1)
    sites.meet()
    sites.a.set(record, "within", 60_000)
    sites.b.set(record, "within", 120_000)
    sites.meet()
    sites.store()
    conflict = only_conflict(sites)
    tips = " ".join(sites.a.tips(record, "within"))
    answer = browser.act(f"conflicts/{conflict.id}/keep/", pick="other", text="soon", tips=tips, reason="Why not")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'value="soon"' in page
    assert 'value="Why not"' in page
    assert browser.act(f"conflicts/{conflict.id}/keep/", pick="other", text="", tips=tips).status_code == 302
    assert shown(sites, record, "within") is None
    assert browser.act(f"conflicts/{conflict.id}/keep/", pick="0", tips=tips).status_code == 409


@pytest.mark.parametrize(("choice", "lives"), [("keep", True), ("delete", False)])
def test_deleted_and_changed_is_kept_or_deleted(browser: Browser, sites: Sites, choice: str, lives: bool) -> None:
    """Acceptance case 19, on the page."""
    record = sites.create(title="x")
    sites.meet()
    sites.a.do(verbs.delete_records, [record])
    sites.b.set(record, "title", "y")
    sites.meet()
    sites.store()
    page = browser.look("conflicts/")
    assert "Keep it" in page
    conflict = only_conflict(sites)
    assert browser.act(f"conflicts/{conflict.id}/decide/", choice="perhaps").status_code == 400
    assert browser.act(f"conflicts/{conflict.id}/decide/", choice=choice).status_code == 302
    assert not Conflict.objects.filter(resolved_at=None).exists()
    assert Row.objects.filter(project=sites.project, record=record).exists() is lives


def test_a_key_that_two_sites_gave_is_given_anew(browser: Browser, sites: Sites) -> None:
    one = sites.a.create(title="of A")
    other = sites.b.create(title="of B")
    sites.meet()
    sites.store()
    page = browser.look("conflicts/")
    assert "Give the next free key" in page
    conflict = only_conflict(sites)
    assert conflict.kind == "duplicate"
    assert browser.act(f"conflicts/{conflict.id}/key/", record=str(uuid4())).status_code == 409
    later = max(one, other)
    assert browser.act(f"conflicts/{conflict.id}/key/", record=later).status_code == 302
    assert {shown(sites, one, "key"), shown(sites, other, "key")} == {"REQ-1", "REQ-2"}
    assert not Conflict.objects.filter(resolved_at=None).exists()


def test_a_field_is_edited_against_what_was_seen(browser: Browser, sites: Sites) -> None:
    """Acceptance case 6, on the page of a record: the text stays in the form."""
    record = sites.create(title="base")
    sites.store()
    form = browser.look(f"records/{record}/edit/", table="requirements", field="title")
    assert "base</textarea>" in form
    given = {"table": "requirements", "field": "title", "base": " ".join(sites.a.tips(record, "title"))}
    assert browser.act(f"records/{record}/edit/", text="x", **given).status_code == 302
    answer = browser.act(f"records/{record}/edit/", text="y", **given)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ann has set it to “x” meanwhile" in page
    assert "y</textarea>" in page
    assert shown(sites, record, "title") == "x"


def test_a_wrong_value_is_refused_with_its_reason(browser: Browser, sites: Sites) -> None:
    record = sites.create(title="x")
    sites.store()
    answer = browser.act(f"records/{record}/edit/", table="requirements", field="within", text="soon", base="")
    assert answer.status_code == 400
    assert "Not a duration" in answer.content.decode()
    assert 'placeholder="as 1 h 30 min"' in answer.content.decode()
    assert browser.act(f"records/{record}/edit/", table="requirements", field="nothing", text="x").status_code == 404


def test_deleting_restoring_and_giving_a_value_back(browser: Browser, sites: Sites) -> None:
    record = sites.create(title="x")
    sites.a.set(record, "title", "y")
    sites.store()
    (old,) = sites.a.tips(record, "title")
    edit = browser.act(f"records/{record}/edit/", table="requirements", field="title", text="z", base=old)
    assert edit.status_code == 302
    address = f"records/{record}/restore/"
    bundle = str(Operation.objects.get(project=sites.project, op_id=old).bundle.bundle_id)
    form = browser.look(address, bundle=bundle)
    for words in ("before this change", '<td dir="auto">x</td>', '<td dir="auto">y</td>', '<td dir="auto">z</td>'):
        assert words in form, words
    chosen = {"bundle": bundle, "field": "requirements:title"}
    assert browser.act(address, **chosen, to="after").status_code == 409
    base = form.split('name="base:requirements:title" value="')[1].split('"')[0]
    assert browser.act(address, **chosen, to="before", **{"base:requirements:title": base}).status_code == 302
    assert shown(sites, record, "title") == "x"
    assert browser.act(address, bundle=bundle, to="before").status_code == 400
    assert browser.act(f"records/{record}/delete/", reason="Superseded").status_code == 302
    assert "Restore it" in browser.look(f"records/{record}/")
    assert browser.act(f"records/{record}/restore/").status_code == 302
    assert shown(sites, record, "title") == "x"
    assert browser.act(f"records/{record}/restore/", bundle=str(uuid4())).status_code == 404


def test_links_are_made_confirmed_and_removed_on_a_record(browser: Browser, sites: Sites) -> None:
    record = sites.create(title="x")
    sites.create("tests", title="Test")
    sites.store()
    answer = browser.act(f"records/{record}/link/", relation="in:verifies", other="TST-9")
    assert answer.status_code == 400
    assert "There is no record “TST-9”" in answer.content.decode()
    assert browser.act(f"records/{record}/link/", relation="in:nothing", other="TST-1").status_code == 400
    assert browser.act(f"records/{record}/link/", relation="in:verifies", other="TST-1").status_code == 302
    assert browser.act(f"records/{record}/link/", relation="in:verifies", other="TST-1").status_code == 409
    edge = str(Edge.objects.get(project=sites.project, shown=True).id)
    tips = " ".join(sites.a.tips(record, "title"))
    browser.act(f"records/{record}/edit/", table="requirements", field="title", text="y", base=tips)
    assert "Suspect" in browser.look(f"records/{record}/")
    assert browser.act(f"records/{record}/confirm/", edge=edge).status_code == 302
    assert "Suspect" not in browser.look(f"records/{record}/")
    assert browser.act(f"records/{record}/unlink/", edge=str(uuid4())).status_code == 404
    assert browser.act(f"records/{record}/unlink/", edge=edge).status_code == 302
    assert not Edge.objects.filter(project=sites.project, shown=True).exists()


def test_squares_are_linked_confirmed_and_cleared(browser: Browser, sites: Sites) -> None:
    record, case = sites.create(title="x"), sites.create("tests", title="Test")
    sites.store()
    square = {"row": record, "column": case}
    assert browser.act("traceability/confirm/", **square).status_code == 404
    assert browser.act("traceability/link/", **square).status_code == 302
    edge = Edge.objects.get(project=sites.project, shown=True)
    assert (str(edge.source), str(edge.target)) == (case, record)
    assert browser.act("traceability/link/", **square).status_code == 409
    assert browser.act("traceability/confirm/", **square).status_code == 302
    assert browser.act("traceability/unlink/", **square, at="2026-01-01").status_code == 409
    assert browser.act("traceability/unlink/", **square).status_code == 302
    assert matrix(Reader(sites.project.id), AXES).coverage.gaps == 1
    assert browser.act("traceability/link/", row="x", column=case).status_code == 404


def test_what_is_no_address_of_ours_is_answered_with_care(browser: Browser, sites: Sites) -> None:
    sites.store()
    for address in ("2026-02-30", "release", "9999-12-31", "0001-01-01"):
        query = {"at": address, "rows": "nothing", "columns": "", "link": "x", "from": "99999999"}
        # It leads to the address of what is shown instead.
        answer = browser.get(f"/projects/{sites.project.id}/registers/traceability/", query, follow=True)
        assert answer.status_code == 200
    assert browser.get(f"/projects/{sites.project.id}/registers/records/{uuid4()}/").status_code == 404
    browser.look("conflicts/", of="x")


def test_whoever_left_keeps_their_name_in_the_history(browser: Browser, sites: Sites, ann: User, ben: User) -> None:
    """Acceptance case 10."""
    record = sites.create(title="x")
    sites.store()
    cell = records.Cell(record, "requirements", "title", "by Ben")
    records.write_cells(caller=new_caller(ben), project_id=sites.project.id, cells=[cell])
    remove_member(caller=new_caller(ann), project_id=sites.project.id, user_id=ben.id, reason="Left")
    page = browser.look(f"records/{record}/")
    assert "<b>Ben</b> set" in page


def test_a_field_is_set_by_the_form_in_its_place(browser: Browser, sites: Sites) -> None:
    record = sites.create(title="x", within=86_400_000)
    sites.store()
    address, field = f"records/{record}/edit/", {"table": "requirements", "field": "within"}
    form = browser.look(address, inline="1", **field)
    assert "<html" not in form
    base = form.split('name="base" value="')[1].split('"')[0]
    wrong = browser.act(address, inline="1", text="soon", base=base, **field)
    assert (wrong.status_code, "Not a duration" in wrong.content.decode()) == (200, True)
    assert browser.act(address, inline="1", text="36 h", base=base, **field).status_code == 204
    stale = browser.act(address, inline="1", text="48 h", base=base, **field)
    assert (stale.status_code, "Take theirs" in stale.content.decode()) == (200, True)
