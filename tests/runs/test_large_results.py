"""Results of the largest evaluation that there may be: what a page, a table and an update read and send is bounded."""

from __future__ import annotations

import tracemalloc
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from stages.runs.models import Call, Run
from stages.runs.pages.matrix import MAX_PAGE
from stages.runs.services import claim_run
from tests.runs.evaluations import EXPECTED, Evaluations, lines_of, suite_of
from tests.runs.world import World
from tests.workspace.html import elements

CELLS = 20_000
MODELS = 4
MAX_QUERIES = 50
# The page itself, its rows, and what is read for it: two evaluations of so many cells.
MAX_MEMORY = 160 * 1024 * 1024
MAX_PAGE_BYTES = 1024 * 1024


def answered(run: Run, text: str, *, passes: int) -> None:
    """Put graded answers of all cases on record, as a worker would, but at once: the first so many pass."""
    claim = claim_run(run_id=run.id)
    assert claim is not None
    moment = now()
    cells = CELLS // MODELS
    Call.objects.bulk_create(
        (
            Call(
                id=uuid7(),
                run=run,
                number=at,
                attempt=claim.attempt,
                purpose="generate",
                profile_id=run.profile_id,
                case=f"c{at}",
                repeat=1,
                request_id=text,
                started_at=moment,
            )
            for at in range(1, cells + 1)
        ),
        batch_size=2000,
    )
    calls = Call.objects.filter(run=run)
    calls.update(outcome="completed", response_id=text, ended_at=moment, month=f"{moment:%Y-%m}")
    for passed, some in ((True, calls.filter(number__lte=passes)), (False, calls.filter(number__gt=passes))):
        grade = {"grader": "contains", "passed": passed, "score": 0, "reason": "x" * 200, "error": ""}
        some.update(grades=[grade], passed=passed, score=0)


@pytest.fixture
def measured(committed_world: World) -> tuple[UUID, UUID, Client, str]:
    """Two evaluations of 20,000 cells, of which the second has 400 that got worse; one run of it is under way."""
    at = Evaluations(committed_world)
    names = [f"house{n}" for n in range(MODELS)]
    for name in names:
        at.world.profile(name)
    cases = lines_of({"id": f"c{n}", "term": f"rash {n}", "expected": "rash"} for n in range(1, CELLS // MODELS + 1))
    draft = at.save(suite=suite_of(EXPECTED, models=", ".join(names)), cases=cases)
    text = str(draft.sha256_of("prompt_text"))
    found = []
    for passes in (5000, 4900):
        experiment = at.make()
        for run in at.start(experiment):
            answered(run, text, passes=passes)
        found.append(experiment.id)
    client = Client()
    client.force_login(at.world.people["ed"])
    return found[0], found[1], client, f"/projects/{at.world.project.id}/runs/{found[1]}/results/"


def test_a_page_of_20000_cells_is_bounded(measured: tuple[UUID, UUID, Client, str]) -> None:
    old, _new, client, address = measured
    reset_queries()
    tracemalloc.start()
    try:
        with CaptureQueriesContext(connection) as queries:
            page: Any = client.get(f"{address}?baseline={old}")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert page.status_code == 200
    rows = [each for each in elements(page, "tr") if "results-row" in each.attributes.get("class", "")]
    assert len(rows) == MAX_PAGE
    assert len(queries) <= MAX_QUERIES
    assert len(page.content) <= MAX_PAGE_BYTES
    assert peak <= MAX_MEMORY
    assert "Fix 100 regressed" in " ".join(page.content.decode().split())
    assert "20000 of 20000 cells" in page.content.decode()

    news = client.get(f"{address}cells/?baseline={old}&after=%7B%7D").json()
    assert (news["cells"], news["answered"]) == ([], "20000 of 20000 cells")
    form = client.get(f"/projects/{address.split('/')[2]}/runs/new/?fix={address.split('/')[4]}&baseline={old}")
    assert "380 more answers got worse, too." in form.content.decode()
