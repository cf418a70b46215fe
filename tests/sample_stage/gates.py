"""A gate: the project has at least so many notes."""

from __future__ import annotations

from typing import Final

from django import forms
from django.urls import reverse

from publishing.gates import Gate, GateAnswer, GateForm, GateLink, GateQuestion
from tests.sample_stage.models import Note


class NotesForm(GateForm):
    """How many notes a project needs, and what happens without them."""

    least = forms.IntegerField(label="Notes needed", min_value=1, max_value=9, initial=1)
    enforcement = forms.ChoiceField(
        label="Where there are fewer", choices=[("block", "stop the release"), ("warn", "warn")], initial="block"
    )


def _check(question: GateQuestion) -> GateAnswer:
    count = Note._default_manager.filter(project=question.project_id).count()
    least = question.parameters["least"]
    words = f"It takes {least} notes, and there are {count}." if count < least else ""
    is_blocked = bool(words) and question.parameters["enforcement"] == "block"
    warnings = (words,) if words and not is_blocked else ()
    return GateAnswer(facts={"notes": count}, refusal=words if is_blocked else "", warnings=warnings)


def _links(question: GateQuestion) -> list[GateLink]:
    """Where people write notes."""
    return [GateLink("Write a note", reverse("sample_stage:notes", args=[question.project_id]))]


NOTES_GATE: Final = Gate(
    title="Notes", description="Somebody has written a note.", check=_check, links=_links, form=NotesForm
)
