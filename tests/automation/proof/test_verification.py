"""What is changed behind the program's back is found by `verify_audit`, and named."""

from __future__ import annotations

import pytest

from audit.verification import verify
from stages.automation.facets import MODULE
from stages.automation.models import Execution, Package, Switch
from stages.automation.services.modules import adopt_module
from stages.automation.verification import check_records
from tests.automation.proof.conftest import Ran
from tests.proof.tampering import Change, rolled_back, run, take_guards_away

pytestmark = pytest.mark.django_db

# Another one is another execution: the one that was recorded is gone then.
COLUMNS = [each.attname for each in Execution._meta.concrete_fields]
NEWEST = "SELECT id FROM automation_execution ORDER BY id DESC LIMIT 1"


def found() -> list[str]:
    return [str(each) for each in check_records()]


def test_what_nobody_changed_verifies(ran: Ran) -> None:
    assert {ran.proposed.state, ran.failed.state, ran.stopped.state} == {"succeeded", "failed", "stopped"}
    assert found() == []
    assert verify(str(ran.desk.project.id)).findings == []


def test_c02_each_changed_column_of_an_ended_execution_is_found(ran: Ran) -> None:
    take_guards_away()
    assert found() == []
    unnamed = []
    for execution in (ran.proposed, ran.failed, ran.stopped):
        for column in COLUMNS:
            with rolled_back():
                run(Change(Execution, column).sql.replace(NEWEST, f"SELECT '{execution.id}'::uuid"))
                if not any(str(execution.id) in each for each in found()):
                    unnamed.append((execution.state, column))
    assert unnamed == []


def test_c02_an_execution_that_is_gone_or_was_planted_is_found(ran: Ran) -> None:
    take_guards_away()
    with rolled_back():
        run(f"DELETE FROM automation_execution WHERE id = '{ran.failed.id}'")
        assert sum("is gone" in each and str(ran.failed.id) in each for each in found()) == 2
    with rolled_back():
        columns = ", ".join(f'"{each.column}"' for each in Execution._meta.concrete_fields if each.attname != "id")
        run(
            f"INSERT INTO automation_execution (id, {columns})"
            f" SELECT gen_random_uuid(), {columns} FROM automation_execution WHERE id = '{ran.failed.id}'"
        )
        assert any("no event recorded its end" in each for each in found())
        assert any("no event recorded its start" in each for each in found())


def test_c02_a_log_that_was_changed_is_found(ran: Ran) -> None:
    take_guards_away()
    assert ran.proposed.log
    before = {str(each) for each in verify().findings}
    change = "data = set_byte(data, 0, 255 - get_byte(data, 0))"
    run(f"UPDATE blobs_blob SET {change} WHERE sha256 = '{ran.proposed.log}'")
    assert any(ran.proposed.log in str(each) for each in verify().findings if str(each) not in before)


def test_c02_a_proposal_of_somebody_else_is_found(ran: Ran) -> None:
    take_guards_away()
    run(f"UPDATE proposals_proposal SET origin_id = '{ran.failed.id}' WHERE id = '{ran.proposed.proposal_id}'")
    assert any("was not made by it" in each for each in found())


@pytest.mark.parametrize("change", ["sha256 = repeat('0', 64)", "is_on = NOT is_on", "grants = '{}'"])
def test_c02_a_switch_that_no_owner_set_is_found(ran: Ran, change: str) -> None:
    take_guards_away()
    switch = Switch.objects.get(record=ran.proposed.script)
    run(f"UPDATE automation_switch SET {change} WHERE id = '{switch.id}'")
    assert any(str(switch.id) in str(each) for each in verify().findings)


def test_c02_a_package_whose_files_were_changed_is_found(ran: Ran) -> None:
    adopt_module(caller=ran.desk.owner, project_id=ran.desk.project.id, name="production")
    package = Package.objects.get(name="production")
    take_guards_away()
    before = {str(each) for each in verify().findings}
    for change in ('files = files || \'{"views/x.toml": "00"}\'', "sha256 = repeat('0', 64)", "version = '9'"):
        with rolled_back():
            run(f"UPDATE automation_package SET {change} WHERE id = '{package.id}'")
            assert any(str(package.id) in str(each) for each in verify().findings if str(each) not in before)


def test_c02_an_adopted_version_with_another_hash_than_its_package_is_found(ran: Ran) -> None:
    adopt_module(caller=ran.desk.owner, project_id=ran.desk.project.id, name="production")
    assert found() == []
    take_guards_away()
    run(
        "UPDATE registers_row SET shown = jsonb_set(shown, '{sha256}', '\"00\"')"
        f" WHERE facet = '{MODULE}' AND shown ->> 'name' = 'production'"
    )
    assert any("module production" in each for each in found())
