"""The page by which an administrator joins a project of another site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from projects.models import Project
from stages.replication.admission.invitations import InvitationText, read_invitation
from stages.replication.admission.services import invite_site
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db
JOIN = "/projects/join/"


@pytest.fixture
def said(project: Project, owner: User, caller_for: Callable[..., Any]) -> InvitationText:
    """An invitation of a site that nobody answers at, to a project that is not here."""
    text = invite_site(caller=caller_for(owner), project_id=project.id, rights="writes", copies=False).text
    key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    address = "ws://127.0.0.1:9"
    return replace(read_invitation(text), project=uuid4(), key=key, address=address, name="Dose", site_name="Basel")


@pytest.fixture
def administrator(make_user: Callable[..., User], client: Client) -> Client:
    client.force_login(make_user("admin", is_administrator=True))
    return client


def test_it_is_offered_to_administrators_only(administrator: Client, editor: User) -> None:
    assert elements(administrator.get("/projects/"), "a", href=JOIN)
    administrator.force_login(editor)
    assert not elements(administrator.get("/projects/"), "a", href=JOIN)
    assert administrator.get(JOIN).status_code == 403


def test_what_an_invitation_names_is_shown_before_joining(administrator: Client, said: InvitationText) -> None:
    answer = administrator.post(JOIN, {"invitation": f"  {said.as_line()}\n"})
    shown = " ".join(words(each) for each in elements(answer, "main"))
    for each in ("Dose", "Basel", "ws://127.0.0.1:9", "d75a 9801 82b1 0ab7"):
        assert each in shown
    # It is plain, and says so.
    assert "everybody between the two sites can read it" in shown
    assert said.code not in shown.replace(said.as_line(), "")
    assert not Project.objects.filter(pk=said.project).exists()


@pytest.mark.parametrize("text", ["", "hello", "foundry-invitation:AAAA", "foundry-invitation:"])
def test_what_is_no_invitation_is_refused_and_stays(administrator: Client, text: str) -> None:
    answer = administrator.post(JOIN, {"invitation": text})
    assert answer.status_code == 400
    (field,) = elements(answer, "textarea", id="invitation")
    assert words(field) == text
    assert "This is no invitation of a site" in answer.content.decode()


def test_nobody_answers_and_the_text_stays(administrator: Client, said: InvitationText) -> None:
    answer = administrator.post(JOIN, {"invitation": said.as_line(), "step": "join"})
    assert answer.status_code >= 400
    assert elements(answer, "div", role="alert")
    (field,) = elements(answer, "textarea", name="invitation")
    assert words(field) == said.as_line()
    assert not Project.objects.filter(pk=said.project).exists()


def test_a_project_that_is_here_and_an_invitation_that_is_over_cannot_be_joined(
    administrator: Client, said: InvitationText, project: Project
) -> None:
    for wrong, why in (
        (replace(said, project=project.id), "This project is here already."),
        (replace(said, expires=timezone.now() - timedelta(hours=1)), "This invitation has expired."),
    ):
        answer = administrator.post(JOIN, {"invitation": wrong.as_line()})
        assert why in answer.content.decode()
        button = next(each for each in elements(answer, "button") if words(each) == "Join the project")
        assert "disabled" in button.attributes
