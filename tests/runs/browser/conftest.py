"""Pages of runs in a real Chromium: models of the scripted provider, asked by a real runner."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.conf import settings as django_settings

from stages.runs.models import Experiment, ModelProfile
from stages.runs.services import create_experiment, create_profile, start_runs
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    whole_pages,
    world,
)
from tests.browser.people import World
from tests.patience import COMMAND_PATIENCE
from tests.runs.git_server import GitServer, git_server
from tests.runs.provider import ScriptedProvider, provider

QUESTION = "May we restart after 22 days?"


@dataclass
class Models:
    """Models of the project at the scripted provider, named by what they do, and what is asked of them."""

    world: World
    provider: ScriptedProvider

    def add(self, *names: str, **facts: Any) -> list[ModelProfile]:
        """Models by their name at the provider; the same one twice is `halts`, `halts:2`."""
        return [self.world.arrange(partial(self._add, name, facts)) for name in names]

    def experiment(self, title: str = "After 22 days", **facts: Any) -> Experiment:
        """An experiment of the editor about the current version."""
        given = {"title": title, "text": QUESTION, "caller": self.world.caller("editor"), **facts}
        made: Experiment = self.world.arrange(lambda: create_experiment(project_id=self.world.project.id, **given))
        return made

    def start(self, experiment: Experiment, *profiles: ModelProfile) -> None:
        """Runs of these models, started by the editor."""
        ids = [profile.id for profile in profiles]
        caller = self.world.caller("editor")
        self.world.arrange(lambda: start_runs(caller=caller, experiment_id=experiment.id, profile_ids=ids))

    def _add(self, name: str, facts: dict[str, Any]) -> ModelProfile:
        known = {
            "display_name": name.replace("-", " ").replace(":", " ").title(),
            "provider": "openai",
            "model_name": name.partition(":")[0],
            "base_url": self.provider.address,
            "key": "sk-abc-0123456789",
            "input_price": 3_000_000,
            "output_price": 15_000_000,
            **facts,
        }
        owner = self.world.caller("owner")
        return create_profile(caller=owner, project_id=self.world.project.id, name=name.replace(":", "."), **known)


@pytest.fixture(scope="session")
def git_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    """A server of repositories, which the runner may ask."""
    with git_server(tmp_path_factory.mktemp("hosted")) as found:
        yield found


@pytest.fixture
def models(world: World, settings: Any) -> Iterator[Models]:  # noqa: F811
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield Models(world, found)


@pytest.fixture
def runner(models: Models, git_host: GitServer, process_environment: dict[str, str]) -> Iterator[None]:
    """A real `manage.py runner` that may ask the scripted provider and the git server."""
    hosts = {"FOUNDRY_MODEL_HOSTS": models.provider.host, "FOUNDRY_GIT_HOSTS": git_host.host}
    command = [sys.executable, "manage.py", "runner"]
    process = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env={**process_environment, **hosts})
    yield
    models.provider.released.set()
    process.terminate()
    try:
        process.wait(COMMAND_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def address_of(world: World) -> Callable[[Experiment], str]:  # noqa: F811
    """The address of an experiment's page, below that of the project."""
    return lambda experiment: f"runs/{experiment.id}/"
