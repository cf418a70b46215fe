"""A stage's secrets are encrypted with the ring, rotated by `rotate_keys`, and checked by `verify_audit`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import User
from audit.models import Event
from audit.verification import verify
from projects.models import Project
from tests.sample_stage.models import NoteSecret
from tests.sample_stage.secrets import secret_of, set_secret

pytestmark = pytest.mark.django_db
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRET = "open sesame"


@pytest.fixture
def secretive(project: Project, editor: User, caller_for: Callable[..., Any], settings: Settings) -> Project:
    """A project whose notes have a secret, under the older key of two."""
    settings.FOUNDRY_ENCRYPTION_KEYS = (OLD,)
    set_secret(caller=caller_for(editor), project_id=project.id, secret=SECRET)
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW, OLD)
    return project


def test_a_stage_s_secrets_are_rotated_with_the_ring(secretive: Project, settings: Settings):
    call_command("rotate_keys", verbosity=0)
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)
    assert secret_of(secretive.id) == SECRET
    assert Event.objects.get(action="secrets.rotated").data == {"count": NoteSecret._default_manager.count()}


def test_no_event_of_a_stage_has_its_secret(secretive: Project):
    event = Event.objects.get(action="notes.secret_set")
    assert event.data == {}
    assert SECRET not in event.canonical


def test_a_check_of_a_stage_s_records_reports_to_the_verifier(secretive: Project, settings: Settings):
    assert [each for each in verify().findings if each.chain == str(secretive.id)] == []
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)
    [found] = [each for each in verify().findings if each.chain == str(secretive.id)]
    assert str(found) == "secret of the notes: no encryption key of this site fits"
