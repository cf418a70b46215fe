"""Rows of the permission matrix, a repeat and rows of the proof: foreign views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from accounts.callers import Caller
from stages.automation.services.views import switch_view
from tests.automation.foreign.site import READ, Views
from tests.matrix import NOT_ARCHIVED, OPEN, OWNERS, REVIEWERS, Row
from tests.publishing.reviews import Review, caller_of

# The project has adopted no module; what views answer has tests of its own.
HERE: Final = "views/studies/overview/"
TEXT: Final = {"sha256": "0" * 64}
PROPOSE: Final = {**TEXT, "changes": [{"act": "delete", "record": "x"}]}
REST: Final = (
    Row("api_view", "GET", HERE, "not_found"),
    Row("api_view_source", "GET", f"{HERE}source/", "not_found"),
    Row("api_view_switch", "PUT", f"{HERE}switch/", "not_found", OWNERS, OPEN, {**TEXT, "is_on": True}),
    Row("api_view_rows", "POST", f"{HERE}rows/", "not_found", body={**TEXT, "table": "studies"}),
    Row("api_view_links", "POST", f"{HERE}links/", "not_found", body={**TEXT, "relation": "follows"}),
    Row("api_view_text", "POST", f"{HERE}text/", "not_found", body={**TEXT, "field": "prompt_text"}),
    Row("api_view_propose", "POST", f"{HERE}propose/", "not_found", REVIEWERS, NOT_ARCHIVED, PROPOSE),
)
PAGE: Final = "automation/views/studies/overview/"
PAGES: Final = (
    Row("automation:switch_view", "POST", f"{PAGE}switch/", "not_found", OWNERS, OPEN),
    Row("automation:staged_by_view", "GET", f"{PAGE}staged/", "not_found"),
    Row("automation:commit_staged", "POST", f"{PAGE}commit/", "not_found"),
    Row("automation:discard_staged", "POST", f"{PAGE}discard/", "not_found"),
)
# They need a module; the page has its budget in `foreign/test_budget.py`.
NO_PAGES: Final = (
    *("automation:switch_view", "automation:staged_by_view"),
    *("automation:commit_staged", "automation:discard_staged"),
)


def _switching(world: Any) -> Callable[[Caller], Any]:
    sha256 = Views(world.id, world.owner).adopt()
    given = {"project_id": world.id, "module": "studies", "name": "overview", "sha256": sha256, "grants": READ}
    return lambda caller: switch_view(caller=caller, is_on=True, **given)


REPEATS: Final = (("view.switch", _switching),)


def make_rows(review: Review) -> None:
    """A view that was switched on, and off again, and on."""
    views = Views(review.project.id, caller_of(review.people["owner"]))
    sha256 = views.adopt()
    for is_on in (True, False, True):
        views.switch(sha256, is_on=is_on)
