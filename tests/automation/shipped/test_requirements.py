"""The scripts of `traceability`: requirements are imported, and those without a test are listed."""

from __future__ import annotations

from typing import Any

import pytest

from stages.registers import verbs
from stages.registers.services.acting import act
from stages.registers.verbs.finding import make_id
from tests.automation.shipped.conftest import Shipped

pytestmark = pytest.mark.django_db

IMPORT = "traceability/import_requirements"
LINES = (
    "- The agent quotes the protocol.\nREQ-7: It never estimates a prognosis.\n\n  The agent quotes  the protocol.\n"
)


def test_lines_are_statements_with_their_keys(shipped: Shipped) -> None:
    shipped.adopt("traceability")
    execution = shipped.run(IMPORT, lines=LINES)
    assert (execution.state, execution.error) == ("succeeded", "")
    assert "2 new, 0 changed, 0 unchanged, 1 left out" in shipped.log(execution)
    shipped.accept(execution)
    assert shipped.rows("requirements") == [
        {"key": "REQ-7", "statement": "It never estimates a prognosis."},
        {"key": "REQ-8", "statement": "The agent quotes the protocol."},
    ] or [each["statement"] for each in shipped.rows("requirements")] == [
        "The agent quotes the protocol.",
        "It never estimates a prognosis.",
    ]


def test_what_has_changed_is_proposed_and_what_has_not_is_left(shipped: Shipped) -> None:
    shipped.adopt("traceability")
    first = {"statement": "Quote the protocol", "priority": "Must"}
    shipped.site.create("requirements", first, {"statement": "Be brief"}, {"statement": "Refuse"})
    csv = (
        "ID,Requirement,Priority,Rationale,Remarks\n"
        "REQ-1,Quote the protocol and its section,must,Sponsors ask\n"
        ",be brief,Could,\n"
        "REQ-3,Refuse,,\n"
        "REQ-9,New one,Perhaps,\n"
        "REQ-10,,,\n"
    )
    execution = shipped.run(IMPORT, file=csv)
    assert (execution.state, execution.error) == ("succeeded", "")
    log = shipped.log(execution)
    for words in (
        "1 new, 2 changed, 1 unchanged, 1 left out",
        "REQ-1: statement, rationale",
        "there is no priority Perhaps; this value is not imported",
        "The column Remarks is not imported",
    ):
        assert words in log
    shipped.accept(execution)
    by_key = {each["key"]: each for each in shipped.rows("requirements")}
    assert by_key["REQ-1"]["statement"] == "Quote the protocol and its section"
    assert by_key["REQ-1"]["rationale"] == "Sponsors ask"
    assert by_key["REQ-2"] == {"key": "REQ-2", "statement": "Be brief", "priority": "Could"}
    assert by_key["REQ-9"] == {"key": "REQ-9", "statement": "New one"}


def test_a_file_of_the_project_is_read(shipped: Shipped) -> None:
    shipped.adopt("traceability")
    shipped.write("files/imports/requirements.csv", "statement\nQuote the protocol\n")
    assert "1 new" in shipped.log(shipped.run(IMPORT, path="imports/requirements.csv"))
    missing = shipped.run(IMPORT, path="imports/nothing.csv")
    assert (missing.state, missing.error) == ("failed", "The project has no file imports/nothing.csv")
    assert "not granted: read:secrets.csv" in shipped.run(IMPORT, path="secrets.csv").error


def test_requirements_without_tests_are_listed(shipped: Shipped) -> None:
    shipped.adopt("traceability")
    site = shipped.site
    tested, _untested, _dropped = site.create(
        "requirements",
        {"statement": "Tested", "priority": "Must"},
        {"statement": "Untested", "priority": "Must"},
        {"statement": "Gone", "status": "Dropped"},
    )
    (case,) = site.create("tests", {"case": "Try it"})

    def verb(acts: Any, schema: Any) -> Any:
        return verbs.link(acts, schema, make_id(), source=case, target=tested, type_="verifies")

    act(caller=site.editor, project_id=site.project.id, verb=verb, parameters={"link": "verifies"})
    execution = shipped.run("traceability/untested", priority="Must")
    assert (execution.state, execution.error, execution.proposal_id) == ("succeeded", "", None)
    log = shipped.log(execution)
    assert "1 of 2 requirements have no test case." in log
    assert "REQ-2  Must  Untested" in log
    assert "Gone" not in log
