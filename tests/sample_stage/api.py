"""Notes over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from projects.rest import ProjectView
from rest.fields import Text
from rest.schema import operation
from tests.sample_stage.models import MAX_TEXT
from tests.sample_stage.services import add_note


class NewNote(serializers.Serializer[Any]):
    text = Text(max_length=MAX_TEXT)


class NoteInfo(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField()


class NotesView(ProjectView):
    write_action = "note.add"

    @operation("notes_add", takes=NewNote, answer=NoteInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Put a note on the project."""
        note = add_note(caller=self.caller(), project_id=project_id, **self.body(NewNote))
        return self.answer({"id": str(note.id), "text": note.text}, 201)
