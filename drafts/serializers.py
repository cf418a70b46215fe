"""The JSON that the endpoints of versions take and answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.models import MAX_MESSAGE, DraftKind
from kernel.names import MAX_REASON
from rest.fields import Flag, Integer, Text, Uuid
from rest.queries import MAX_INTEGER

JSON_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": {}}
FILE_CHANGE = {
    "type": "object",
    "nullable": True,
    "properties": {
        "language": {
            "type": "string",
            "nullable": True,
            "description": "A short lowercase name, or null for plain text. Where it is absent, the ending of the path "
            "decides, whoever saves: `.csv` is `csv`, `.py` is `python`, an unknown ending is null.",
        },
        "content": {"type": "string"},
    },
    "required": ["content"],
    "description": "A file's new content; null removes the file.",
}


@extend_schema_field(JSON_OBJECT)
class JsonObject(serializers.JSONField):
    """A JSON object whose members are not checked here."""


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "prompt_text": {"type": "string"},
            "model_configuration": {
                "oneOf": [JSON_OBJECT, {"type": "string"}],
                "description": "The object or its text.",
            },
        },
        "additionalProperties": FILE_CHANGE,
    }
)
class ChangesField(serializers.Field[Any, Any, Any, Any]):
    """The new content of each changed field; the service checks the names and the contents."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("Must be an object of fields."))
        return data


class ByField(serializers.DictField):
    """A whole number for each field."""

    child = Integer(min_value=0, max_value=MAX_INTEGER)


class NewDraft(serializers.Serializer[Any]):
    """A save. ``base_version`` is the version that was edited, 0 before the first."""

    base_version = Integer(min_value=0, max_value=2**31 - 1)
    session_id = Uuid()
    changes = ChangesField()
    tokens = ByField(required=False, help_text="The fencing number of the lock on each changed field.")
    revisions = ByField(required=False, help_text="Up to which revision each kept text is saved by this.")
    message = Text(max_length=MAX_MESSAGE, required=False, allow_blank=True)
    release_locks = Flag(required=False)
    client_ref = Uuid(required=False, help_text="As the header `Idempotency-Key`.")


@extend_schema_field({"type": "object", "additionalProperties": FILE_CHANGE})
class FileChanges(ChangesField):
    """The new content of each file, by field; null removes it."""


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class RenamesField(serializers.Field[Any, Any, Any, Any]):
    """New field → old field; the service checks the names."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or not all(isinstance(old, str) for old in data.values()):
            raise serializers.ValidationError(_("Must be an object of field names."))
        return data


class ChangedFilesSerializer(serializers.Serializer[Any]):
    """Files to add, replace, remove and rename in one version. ``base_version`` is the version that was seen."""

    base_version = Integer(min_value=0, max_value=2**31 - 1)
    session_id = Uuid(required=False, help_text="The session whose locks go along with renamed files.")
    changes = FileChanges(required=False)
    renames = RenamesField(required=False, help_text="New field → old field: `files/new.md` → `files/old.md`.")
    message = Text(max_length=MAX_MESSAGE, required=False, allow_blank=True)
    client_ref = Uuid(required=False, help_text="As the header `Idempotency-Key`.")


class RevertRequest(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON)
    field = Text(max_length=1100, required=False, help_text="Only this field; the others stay as they are.")


class OptionalReason(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON, required=False, allow_blank=True)


class DraftSummary(serializers.Serializer[Any]):
    """A version without its texts."""

    id = serializers.UUIDField()
    version_number = serializers.IntegerField(min_value=1)
    author = PersonSerializer()
    created_at = serializers.DateTimeField()
    message = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(DraftKind.choices)
    source_version = serializers.IntegerField(allow_null=True)
    changed_fields = serializers.ListField(child=serializers.CharField())
    renamed = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="New field → old field, where it renamed files."
    )
    origin = JsonObject(
        required=False, help_text="`{type, id, contributors}` of what it was made from, such as an accepted proposal."
    )
    content_hash = serializers.CharField(help_text="`sha256:<hex>` of the canonical list of all fields' hashes.")


class FileFacts(serializers.Serializer[Any]):
    language = serializers.CharField(allow_null=True)
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class DraftInfo(DraftSummary):
    """One version of all fields."""

    prompt_text = serializers.CharField(allow_null=True, allow_blank=True)
    model_configuration = JsonObject(allow_null=True)
    model_configuration_text = serializers.CharField(allow_null=True, help_text="As it was typed.")
    files = serializers.DictField(child=FileFacts(), help_text="By path.")
    line_ends_changed = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="In the answer to a save: the prompt or configuration, where it came with other line ends than LF.",
    )


class FileInfo(FileFacts):
    """One file of a version."""

    path = serializers.CharField()
    content = serializers.CharField(allow_blank=True)
