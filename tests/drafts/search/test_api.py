"""Search through REST."""

from __future__ import annotations

import pytest

from accounts.models import User
from drafts.comments.services import create_comment
from projects.models import Project
from tests.drafts.conftest import Save
from tests.rest.client import Api, members, problem

pytestmark = pytest.mark.django_db


def test_it_answers_lines_by_field_and_comments(
    project: Project, save: Save, viewer: User, reviewer: User, caller_for
) -> None:
    save("# Role\nRead the protocol.\n")
    anchor = {"from_line": 2, "to_line": 2}
    said = create_comment(
        caller=caller_for(reviewer),
        project_id=project.id,
        version=1,
        target_field="prompt_text",
        text="Which protocol?",
        anchor=anchor,
    )
    save("# Role\n")

    assert members(Api(viewer).get(f"projects/{project.id}/search/?q=protocol")) == {
        "next": None,
        "previous": None,
        "results": [
            {
                "field": "prompt_text",
                "count": 1,
                "hits": [{"version": 1, "since": 1, "line": 2, "text": "Read the protocol.", "is_current": False}],
            }
        ],
        "comments": [
            {
                "id": str(said.id),
                "thread_id": str(said.id),
                "version": 1,
                "target_field": "prompt_text",
                "line": 2,
                "text": "Which protocol?",
                "author": reviewer.person(),
                "created_at": said.created_at.isoformat().replace("+00:00", "Z"),
                "state": "open",
            }
        ],
        "more": False,
    }


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=%00", f"?q={'x' * 201}", "?q=%27%3A%2A"])
def test_it_refuses_what_is_no_question(project: Project, viewer: User, query: str) -> None:
    assert problem(Api(viewer).get(f"projects/{project.id}/search/{query}")) == (400, "validation_failed")


def test_an_outsider_finds_no_project(project: Project, outsider: User) -> None:
    assert problem(Api(outsider).get(f"projects/{project.id}/search/?q=x")) == (404, "not_found")
    assert problem(Api(outsider).get(f"projects/{project.id}/search/")) == (404, "not_found")
