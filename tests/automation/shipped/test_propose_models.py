"""`models/propose`: the models that configuration and files name, and that nobody registered."""

from __future__ import annotations

import json

import pytest

from tests.automation.shipped.conftest import Shipped

pytestmark = pytest.mark.django_db

CONFIGURATION = {
    "model": "meridian-large-2026-06",
    "provider": "Meridian",
    "graders": [{"name": "citations", "judge_model": "arbiter-2"}, {"judge_model": "arbiter-2"}],
    "fallback": {"models": ["meridian-small", "not a name", 5]},
    "data_model": {"fields": 3},
    "endpoint_model": "https://models.example.org/v1",
}

SUITE = """\
models: [echo-large, 'echo-small'] # asked
judge_model: "arbiter-3"
other_models:
  - flow-1

  - flow-2
cases:
  - no-1
"""


def test_unregistered_models_are_proposed_with_where_they_were_found(shipped: Shipped) -> None:
    shipped.adopt("models")
    shipped.site.create("models", {"name": "Arbiter-2", "status": "approved"})
    shipped.write("model_configuration", json.dumps(CONFIGURATION))
    shipped.write("files/agents/steps.yaml", "steps:\n  - draft:\n      model: ranker-1  # reads cases\n")
    shipped.write("files/suite.yaml", SUITE)
    shipped.write("files/notes.md", "model: only-words\n")
    execution = shipped.run("models/propose")
    assert (execution.state, execution.error) == ("succeeded", "")
    log = shipped.log(execution)
    assert "9 named, 8 of them not registered." in log
    shipped.accept(execution)
    found = {each["name"]: each for each in shipped.rows("models")}
    assert found.keys() == {
        *("Arbiter-2", "meridian-large-2026-06", "meridian-small", "ranker-1"),
        *("echo-large", "echo-small", "arbiter-3", "flow-1", "flow-2"),
    }
    large = found["meridian-large-2026-06"]
    assert (large["status"], large["provider"]) == ("found", "Meridian")
    assert large["found_in"] == "model_configuration, model"
    assert found["meridian-small"]["found_in"] == "model_configuration, fallback.models[1]"
    assert found["ranker-1"]["found_in"] == "files/agents/steps.yaml, line 3"
    assert shipped.run("models/propose").proposal_id is None


def test_a_project_that_names_none_says_so(shipped: Shipped) -> None:
    shipped.adopt("models")
    execution = shipped.run("models/propose")
    assert (execution.state, execution.error, execution.proposal_id) == ("succeeded", "", None)
    assert "Neither the configuration nor a file names a model." in shipped.log(execution)
