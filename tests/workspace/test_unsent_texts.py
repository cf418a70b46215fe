"""Half-written comments and reasons, as the pages keep them and let go of them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from drafts.unsent.models import MAX_UNSENT
from drafts.unsent.services import unsent_texts
from projects.models import Project
from tests.workspace.conftest import Browser

pytestmark = pytest.mark.django_db


def test_a_text_is_kept_for_whom_the_page_was_made(browser: Browser, project: Project, editor: User, owner: User):
    url = reverse("workspace:unsent", args=[project.id])
    mine = {"person": str(editor.id), "place": "comment", "text": "Half"}

    assert browser(editor).post(url, mine).status_code == 204
    # The same page after somebody else has signed in.
    assert browser(owner).post(url, mine).status_code == 403

    assert browser(editor).get(url).json() == {"person": str(editor.id), "texts": {"comment": "Half"}}
    assert browser(owner).get(url).json() == {"person": str(owner.id), "texts": {}}


def test_a_refusal_is_told_in_words_for_a_toast(browser: Browser, project: Project, editor: User):
    url = reverse("workspace:unsent", args=[project.id])

    answer = browser(editor).post(url, {"person": str(editor.id), "place": "comment", "text": "x" * (MAX_UNSENT + 1)})

    assert answer.status_code == 413
    assert answer.content.decode() == "What you write here is not backed up. At most 66000 characters."


def test_the_act_that_sends_a_text_lets_go_of_it_and_a_refused_one_does_not(
    browser: Browser, project: Project, editor: User
):
    page = browser(editor)
    url = reverse("workspace:unsent", args=[project.id])
    for place in ("task", "comment"):
        page.post(url, {"person": str(editor.id), "place": place, "text": "Read it"})
    tasks = reverse("workspace:tasks", args=[project.id])

    assert page.post(tasks, {"text": " ", "unsent": "task"}).status_code == 400
    assert set(unsent_texts(user=editor, project_id=project.id)) == {"task", "comment"}
    assert page.post(tasks, {"text": "Read it", "unsent": "task"}).status_code == 302
    assert set(unsent_texts(user=editor, project_id=project.id)) == {"comment"}
