"""Keys of models from their storing to their use: shown to nobody, rotated, lost. Cases 1, 3 and 5."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client

from audit.models import Event
from drafts.exchange.exporting import export_project
from kernel.doctor import Level
from stages.runs import doctor
from stages.runs.models import Call, ModelProfile, Run, RunLog, RunStatus
from stages.runs.reading import answer_of
from tests.foundry_site.findings import the
from tests.rest.client import Api, members
from tests.runs.evaluations import finished
from tests.runs.provider import TEXT, ScriptedProvider, provider
from tests.runs.world import World, new_world

KEY = "sk-abc-0123456789"
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
MARK = re.compile(r"[0-9a-f]{8}")


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


def add(
    world: World, server: ScriptedProvider, name: str, does: str = "good", provider: str = "openai"
) -> ModelProfile:
    """A model with the key at the provider of this machine."""
    return world.profile(name, provider=provider, model_name=does, base_url=server.address, key=KEY)


def test_case_1_everybody_sees_the_mark_of_a_key_and_nobody_the_key(world: World, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    owner, viewer = Api(world.people["olga"]), Api(world.people["vic"])
    address = f"projects/{world.project.id}/profiles/"
    given = {"name": "house", "provider": "openai", "model_name": "gpt-9", "key": KEY}
    made = owner.post(address, given)
    assert made.status_code == 201
    mark = members(made)["key"]["mark"]
    assert MARK.fullmatch(mark)
    again = owner.post(address, given)
    assert again.status_code == 400

    shown = [made, again]
    for api in (owner, viewer):
        one = api.get(f"profiles/{members(made)['id']}/")
        assert members(one)["key"]["mark"] == mark
        shown += [one, api.get(address), api.get(f"projects/{world.project.id}/events/")]
    page = Client()
    page.force_login(world.people["olga"])
    settings_page = page.get(f"/projects/{world.project.id}/settings/")
    assert mark in settings_page.content.decode()
    exported = b"".join(export_project(project_id=world.project.id)).decode()
    assert mark in exported
    texts = [answer.content.decode() for answer in (*shown, settings_page)]
    events = "".join(event.canonical for event in Event.objects.all())
    assert mark in events
    assert KEY not in "".join([*texts, exported, events, caplog.text])


def test_case_3_after_a_rotation_the_older_key_is_not_needed_any_more(
    own_db: None, server: ScriptedProvider, settings: Any
):
    settings.FOUNDRY_ENCRYPTION_KEYS = (OLD,)
    world = new_world()
    profiles = [add(world, server, name) for name in ("one", "two")]
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW, OLD)
    call_command("rotate_keys", stdout=StringIO())
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)

    runs = finished(world.start(world.experiment(), *profiles))

    assert [answer_of(run) for run in runs] == [TEXT, TEXT]
    assert {asked.key for asked in server.asked} == {KEY}
    (event,) = Event.objects.filter(action="secrets.rotated")
    assert event.data == {"count": 2}
    assert the(doctor.examine, "Keys of models and repositories").level is Level.OK


def test_case_3_a_lost_key_is_named_and_a_run_says_so_without_a_traceback(
    own_db: None, server: ScriptedProvider, settings: Any, caplog: pytest.LogCaptureFixture
):
    settings.FOUNDRY_ENCRYPTION_KEYS = (OLD,)
    world = new_world()
    profile = add(world, server, "house")
    settings.FOUNDRY_ENCRYPTION_KEYS = (OTHER,)
    caplog.set_level(logging.DEBUG)

    (run,) = finished(world.start(world.experiment(), profile))

    assert (run.status, run.error) == (RunStatus.FAILED, "authentication")
    assert server.connections == 0
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    found = the(doctor.examine, "Keys of models and repositories")
    assert (found.level, "house" in found.text) == (Level.BAD, True)


def test_case_5_one_model_whose_key_is_refused_fails_alone_and_nothing_shows_the_key(
    committed_world: World, server: ScriptedProvider, caplog: pytest.LogCaptureFixture
):
    world = committed_world
    profiles = [add(world, server, "good"), add(world, server, "refused", "wrong-key", "anthropic")]
    profiles.append(add(world, server, "other", "good", "anthropic"))
    api = Api(world.people["ed"])
    caplog.set_level(logging.DEBUG)
    experiment = world.experiment()
    started = api.post(f"experiments/{experiment.id}/runs/", {"profile_ids": [str(each.id) for each in profiles]})
    assert started.status_code == 201
    run_ids = members(started)["run_ids"]
    assert len(run_ids) == 3

    runs = finished([Run.objects.get(pk=each) for each in run_ids])

    assert sorted((run.profile.name, run.status, run.error) for run in runs) == [
        ("good", "SUCCEEDED", ""),
        ("other", "SUCCEEDED", ""),
        ("refused", "FAILED", "authentication"),
    ]
    shown = [
        api.get(f"runs/{run.id}/{part}").content.decode() for run in runs for part in ("", "log/", "calls/", "patch/")
    ]
    page = Client()
    page.force_login(world.people["ed"])
    shown += [page.get(f"/projects/{world.project.id}/runs/{experiment.id}/").content.decode()]
    shown += [b"".join(page.get(f"/projects/{world.project.id}/runs/{experiment.id}/log/")).decode()]
    assert "authentication" in "".join(shown)
    shown += [event.canonical for event in Event.objects.all()]
    shown += RunLog.objects.values_list("text", flat=True)
    shown += [
        json.dumps([call.error, call.detail, call.finish_reason, call.id_reported]) for call in Call.objects.all()
    ]
    shown += [b"".join(export_project(project_id=world.project.id)).decode(), caplog.text]
    assert KEY not in "".join(shown)
