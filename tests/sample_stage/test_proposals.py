"""A proposal changes something of a stage and a field at once."""

from __future__ import annotations

import pytest

from drafts.models import Draft
from tests.proposals.conftest import World, new_world
from tests.sample_stage.models import Note
from tests.sample_stage.proposals import NOTED_AT_THE_END

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return new_world()


def test_a_stage_adds_a_kind_and_a_step_at_the_end(world: World):
    world.accept(world.open({"heading:Clinic": "Ask them", "prompt_text": "x"}, title=NOTED_AT_THE_END))

    assert Draft.objects.of_project(world.project.id)[0].prompt_text == "x"
    notes = Note._default_manager.filter(project=world.project).order_by("id")
    assert [note.text for note in notes] == ["Clinic: Ask them", "P1 is accepted"]
