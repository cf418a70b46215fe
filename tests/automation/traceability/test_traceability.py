"""The gate of traceability, and the table of links in the bundle of a release."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from audit.models import Event
from drafts.models import Draft
from kernel.errors import Conflict
from projects.services import reopen_project
from publishing.gates import gate_links
from stages.automation.services.modules import adopt_module
from stages.automation.services.passages import confirm_passage, follow_passages, link_passage
from stages.automation.traceability.report import report_of
from stages.automation.traceability.sources import AsOf, Item, Present, place_of
from stages.registers import verbs
from stages.registers.services.links import link
from stages.registers.storing.storage import PostgresStorage
from tests.cast import new_reviewed
from tests.publishing.bundles import files_in, project_bundle, release_bundle, resealed, said_of, wrong_with
from tests.publishing.reviews import Review, begun, caller_of
from tests.registers.storing.world import Desk

GATE: dict[str, Any] = {"tests": True, "passages": True, "risks": True}


class Traced:
    """A project that has adopted the module, and the acts of its people."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.project = review.project
        self.editor = caller_of(review.people["editor"])
        self.desk = Desk(self.project, self.editor)

    def create(self, facet: str, **shown: str) -> str:
        return self.desk.create(shown, facet=facet)[0]

    def link(self, source: str, relation: str, target: str) -> str:
        done = link(caller=self.editor, project_id=self.project.id, source=source, target=target, relation=relation)
        return str(done.answer)

    def link_line(self, record: str, line: int = 2) -> str:
        version = self.draft.version_number
        return link_passage(
            caller=self.editor,
            project_id=self.project.id,
            record=record,
            relation="implemented_by",
            field="prompt_text",
            version=version,
            from_line=line,
            to_line=line,
        ).edge

    @property
    def draft(self) -> Draft:
        return Draft.objects.of_project(self.project.id).latest("version_number")

    def refusal(self) -> str:
        with pytest.raises(Conflict) as refused:
            self.review.submit()
        gates: Any = refused.value.extra["gates"]
        return str(gates["traceability"])


@pytest.fixture
def traced(own_db: None) -> Traced:
    project, people = new_reviewed()
    review = begun(project, people)
    review.writer.give_back()
    adopt_module(caller=caller_of(people["owner"]), project_id=project.id, name="traceability")
    review.require(gates={"traceability": GATE})
    return Traced(review)


def complete(traced: Traced) -> tuple[str, str]:
    """A requirement, a risk and a test case without gaps; the requirement, and its link to a passage."""
    requirement = traced.create("requirements", statement="Be exact")
    risk, case = traced.create("risks", hazard="A wrong dose"), traced.create("tests", case="Ask for a dose")
    traced.link(case, "verifies", requirement)
    traced.link(requirement, "mitigates", risk)
    return requirement, traced.link_line(requirement)


def test_a_release_waits_until_nothing_is_missing_and_no_link_is_suspect(traced: Traced) -> None:
    requirement = traced.create("requirements", statement="Be exact")
    assert "1 requirement has no test case: REQ-1." in traced.refusal()
    case = traced.create("tests", case="Ask for a dose")
    traced.link(case, "verifies", requirement)
    edge = traced.link_line(requirement)
    traced.create("risks", hazard="A wrong dose")
    assert traced.refusal() == "1 risk is mitigated by no requirement: RSK-1."
    traced.review.require(gates={"traceability": {**GATE, "risks": False}})
    traced.review.save("# Role\nBe quite exact.\n")
    traced.review.writer.give_back()
    # The text has changed, and nobody has noted it in the registers yet.
    assert "1 link is suspect: REQ-1, prompt_text L2-2." in traced.refusal()
    follow_passages(traced.project.id)
    assert "1 link is suspect" in traced.refusal()
    assert [each.href.rpartition("/")[0] for each in gate_links("traceability", GATE, draft=traced.draft)]
    confirm_passage(caller=traced.editor, project_id=traced.project.id, edge=edge)
    assert traced.review.submit().name == "1.0.0"


def test_a_dropped_requirement_needs_nothing(traced: Traced) -> None:
    complete(traced)
    given_up = traced.create("requirements", statement="Be brief")
    assert "REQ-2" in traced.refusal()
    schema = Present(traced.project.id).schema
    column = schema.column("requirements", "status")
    assert column is not None
    (dropped,) = (each.id for each in column.options if each.title == "Dropped")
    traced.desk.set(given_up, "status", dropped, facet="requirements")
    assert traced.review.submit().name == "1.0.0"


def test_a_project_without_the_table_is_refused(traced: Traced) -> None:
    traced.desk.write(lambda acts, schema: verbs.remove_table(acts, schema, "requirements"))
    assert "no table of requirements" in traced.refusal()


def test_the_bundle_of_a_release_has_its_table_of_links(traced: Traced) -> None:
    requirement, _edge = complete(traced)
    release = traced.review.release()
    event = Event.objects.of_project(traced.project.id).get(action="release.released")
    assert {name: event.data["gates"]["traceability"][name] for name in ("links", "suspect", "gaps")} == {
        "links": 3,
        "suspect": 0,
        "gaps": 0,
    }
    # What comes later is not in it.
    owner = caller_of(traced.review.people["owner"])
    reopen_project(caller=owner, project_id=traced.project.id, reason="Amendment")
    traced.desk.set(requirement, "statement", "Be very exact", facet="requirements")
    files = files_in(release_bundle(release))
    path = f"traceability/{release.id}/trace.csv"
    rows = list(csv.reader(io.StringIO(files[path].decode("utf-8-sig"))))
    assert rows == [
        ["kind", "key", "text", "relation", "linked", "linked_text", "state"],
        ["requirement", "REQ-1", "Be exact", "verified by", "TST-1", "Ask for a dose", "confirmed"],
        ["requirement", "REQ-1", "Be exact", "implemented by", "prompt_text L2-2", "Be exact.", "confirmed"],
        ["risk", "RSK-1", "A wrong dose", "mitigated by", "REQ-1", "Be exact", "confirmed"],
    ]
    assert wrong_with(files) is None
    assert "1 tables of links, as their releases recorded them" in said_of(files)
    assert wrong_with(files_in(project_bundle(traced.review))) is None


def test_a_table_of_links_cannot_be_changed_or_left_out(traced: Traced) -> None:
    """Whoever has the site's key cannot change a byte of it either."""
    complete(traced)
    release = traced.review.release()
    files = files_in(release_bundle(release))
    path = f"traceability/{release.id}/trace.csv"
    forged = {**files, path: files[path].replace(b"confirmed", b"suspect")}
    missing = {name: data for name, data in files.items() if name != path}
    more = {**files, f"traceability/{traced.project.id}/trace.csv": files[path]}
    for changed in (forged, missing, more):
        assert "trace.csv" in str(wrong_with(changed))
        assert "trace.csv" in str(wrong_with(resealed(changed)))


def test_the_past_is_read_as_the_present_was(traced: Traced) -> None:
    complete(traced)
    traced.create("tests", case="Verifies nothing")
    other = traced.create("requirements", statement="Cite the section")
    traced.link(traced.create("tests", case="Ask for the section"), "verifies", other)
    traced.desk.set(other, "statement", "Cite the section and line", facet="requirements")
    clock = PostgresStorage(traced.project.id).clock()
    past, present = (
        report_of(source, traced.draft) for source in (AsOf(traced.project.id, clock), Present(traced.project.id))
    )
    assert past.as_csv() == present.as_csv()
    assert {each.state for each in present.lines} == {"confirmed", "suspect", "gap"}


def test_a_key_of_thousands_of_digits_has_its_place() -> None:
    keys = ["REQ-10", f"REQ-{'9' * 5_000}", "REQ-9"]
    found = sorted((Item(key, key, "", {}) for key in keys), key=place_of)
    assert [each.key for each in found[1:]] == ["REQ-9", "REQ-10"]
