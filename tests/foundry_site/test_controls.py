"""The table of controls knows its tests, and only what they said of this very build."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.controls import CONTROLS
from foundry_site.controls import results
from foundry_site.controls.results import ControlTest, control_tests, controls_of, write_results
from foundry_site.environment import BASE_DIR
from tests.controls_out.document import document, documented_controls
from tests.controls_out.table import OUT


@pytest.fixture
def results_file(tmp_path: Path, monkeypatch) -> Path:
    path = tmp_path / "controls.json"
    monkeypatch.setattr(results, "RESULTS", path)
    return path


@pytest.fixture
def tests_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(
        "def test_c08_kept(): ...\nasync def test_c02_c13_found(): ...\ndef test_x(): ...\n"
    )
    return folder


def test_c01_the_table_has_24_controls_and_every_test_proves_one_of_them():
    numbers = [control.number for control in documented_controls() if not control.stage]

    assert numbers == [f"c{number:02}" for number in range(1, 25)]
    named = frozenset[str]().union(*(each.controls for each in control_tests() if "sample_stage" not in each.test))
    assert set(numbers) <= named <= set(CONTROLS)


def test_c01_the_command_prints_each_control_with_its_tests_and_result(results_file: Path):
    tests = [each.test for each in control_tests() if "c08" in each.controls]
    write_results(dict.fromkeys(tests, "passed"), of_build=results.build())
    printed = StringIO()

    call_command("controls", "--tests", stdout=printed)

    lines = printed.getvalue().splitlines()
    row = next(line for line in lines if line.startswith("c08"))
    assert "passed" in row
    assert "TRUNCATE" in row
    assert f"       passed   {tests[0]}" in lines
    with pytest.raises(CommandError, match="c02"):
        call_command("controls", "--check", stdout=StringIO())


def test_a_name_may_prove_several_controls():
    assert controls_of("test_c12_c20_the_report") == {"c12", "c20"}
    assert controls_of("test_chains_link") == frozenset()


def test_a_test_that_did_not_run_on_this_build_has_no_result(results_file: Path, tests_folder: Path):
    write_results({"tests/test_a.py::test_c08_kept": "passed"}, of_build="another build")

    assert [each.outcome for each in control_tests(tests_folder)] == ["not run", "not run"]


def test_runs_of_one_build_add_up_and_the_worst_case_counts(results_file: Path, tests_folder: Path):
    here = results.build()
    write_results({"tests/test_a.py::test_c08_kept[a]": "passed"}, of_build=here)
    write_results({"tests/test_a.py::test_c08_kept[b]": "failed"}, of_build=here)
    write_results({"tests/test_a.py::test_c02_c13_found": "passed"}, of_build=here)

    assert control_tests(tests_folder) == [
        ControlTest("tests/test_a.py::test_c08_kept", frozenset({"c08"}), "failed"),
        ControlTest("tests/test_a.py::test_c02_c13_found", frozenset({"c02", "c13"}), "passed"),
    ]


def test_a_changed_source_makes_another_build(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(results, "BASE_DIR", tmp_path)
    (tmp_path / "a.py").write_text("1")
    (tmp_path / ".foundry").mkdir()
    before = results.build()
    (tmp_path / ".foundry" / "b.py").write_text("2")
    assert results.build() == before

    (tmp_path / "a.py").write_text("2")

    assert results.build() != before


def test_c01_the_document_says_what_the_tables_say():
    assert (BASE_DIR / "docs" / "controls.md").read_text() == document()


def test_c01_every_control_is_taken_out_in_turn_and_its_tests_are_there():
    assert [out.control for out in OUT if not out.part] == [control.number for control in documented_controls()]
    assert len({out.name for out in OUT}) == len(OUT)
    known = {each.test: each.controls for each in control_tests()}
    for out in OUT:
        for test in out.tests:
            assert out.control in known[test.split("[", 1)[0]]
