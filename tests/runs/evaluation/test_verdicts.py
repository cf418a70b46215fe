"""Verdicts, and comparisons of two results."""

from __future__ import annotations

from decimal import Decimal
from math import comb, isclose

from hypothesis import given
from hypothesis import strategies as st

from stages.runs.evaluation.comparison import compare, mcnemar
from stages.runs.evaluation.suites import PassRules
from stages.runs.evaluation.verdicts import Cell, CellKey, decide


def cells(*passed: bool | None, model: str = "m", start: int = 0) -> list[Cell]:
    return [Cell(CellKey(f"c{at}", model), each, {"safety": each}) for at, each in enumerate(passed, start)]


def test_the_rate_of_cases_decides():
    rules = PassRules(rate=Decimal("0.95"))
    verdict = decide(rules, cells(*[True] * 19, False), expected=20)
    assert (verdict.outcome, verdict.passed, verdict.failed, verdict.rate) == ("passed", 19, 1, 0.95)
    verdict = decide(rules, cells(*[True] * 18, False, False), expected=20)
    assert (verdict.outcome, verdict.reasons) == ("failed", ("18 of 20 cases passed; 95 % must.",))


def test_a_case_passes_by_the_share_of_its_repeats():
    answers = [Cell(CellKey("c", "m", repeat), repeat > 1) for repeat in (1, 2, 3, 4)]
    assert decide(PassRules(), answers, expected=4).outcome == "failed"
    assert decide(PassRules(each=Decimal("0.75")), answers, expected=4).outcome == "passed"


def test_no_verdict_passes_with_errors_or_missing_answers():
    rules = PassRules(rate=Decimal(0))
    assert decide(rules, cells(True, None), expected=2).outcome == "errors"
    missing = decide(rules, cells(True, True), expected=3)
    assert (missing.outcome, missing.errors, missing.failed) == ("errors", 1, 0)
    assert missing.reasons == ("1 answer could not be graded.",)
    assert decide(rules, [], expected=0).outcome == "errors"


def test_a_grader_that_must_pass_decides_alone():
    rules = PassRules(rate=Decimal("0.5"), must=("safety",))
    verdict = decide(rules, cells(True, False, True), expected=3)
    assert verdict.outcome == "failed"
    assert verdict.reasons == ("safety must always pass; it failed in 1 answers, first in case c1.",)


def test_one_regressed_of_ten_could_be_chance():
    found = compare(cells(*[True] * 10), cells(*[True] * 9, False))
    assert (found.regressed, found.fixed, len(found.same)) == ((CellKey("c9", "m"),), (), 9)
    assert (found.p, found.could_be_chance) == (1.0, True)


def test_ten_regressed_of_forty_could_not():
    found = compare(cells(*[True] * 40), cells(*[True] * 30, *[False] * 10))
    assert found.p < 0.01
    assert not found.could_be_chance


def test_errors_and_unpaired_cells_are_neither_better_nor_worse():
    old = cells(True, None, False, True) + cells(False, model="n")
    new = cells(None, True, True, start=0) + cells(True, start=7) + cells(True, model="n")
    found = compare(old, new)
    assert found.regressed == ()
    assert found.fixed == (CellKey("c2", "m"), CellKey("c0", "n"))
    assert found.uncertain == (CellKey("c0", "m"), CellKey("c1", "m"))
    assert found.unpaired == (CellKey("c7", "m"), CellKey("c3", "m"))
    assert found.of_model("n").fixed == (CellKey("c0", "n"),)


@given(st.integers(0, 60), st.integers(0, 60))
def test_p_is_that_of_the_binomial_test(regressed, fixed):
    count = regressed + fixed
    tail = sum(comb(count, at) for at in range(min(regressed, fixed) + 1)) / 2**count
    assert isclose(mcnemar(regressed, fixed), min(1.0, 2 * tail))
    assert mcnemar(regressed, fixed) == mcnemar(fixed, regressed)


def test_p_of_many_cells_is_a_number():
    assert mcnemar(20_000, 0) == 0.0
    assert mcnemar(10_000, 10_000) == 1.0
