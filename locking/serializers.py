"""The JSON that the endpoints of sessions, locks, leases and working copies take and answer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from kernel.names import MAX_REASON
from locking.models import EndReason, Lease, WorkingCopy
from locking.services import MAX_REQUEST_MESSAGE, Lock
from rest.fields import Integer, Text, Uuid
from rest.queries import MAX_INTEGER

FIELD_NAME = "`prompt_text`, `model_configuration` or `files/<path>`."


class SessionInfo(serializers.Serializer[Any]):
    session_id = serializers.UUIDField()


class InSession(serializers.Serializer[Any]):
    """A session of mine, and a field."""

    field = Text(help_text=FIELD_NAME)
    session_id = Uuid()


class LockInfo(serializers.Serializer[Any]):
    """A lock as its holder sees it; ``version`` and ``sha256`` say what the field holds now."""

    field = serializers.CharField()
    token = serializers.IntegerField()
    session_id = serializers.UUIDField()
    expires_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    sha256 = serializers.CharField(allow_null=True)


class HeldLockSerializer(serializers.Serializer[Any]):
    """A lock as everybody sees it."""

    field = serializers.CharField()
    holder = PersonSerializer()
    session_id = serializers.UUIDField()
    since = serializers.DateTimeField()


class OpenRequest(serializers.Serializer[Any]):
    """Somebody asks for a field that another session holds."""

    field = serializers.CharField()
    session_id = serializers.UUIDField()
    user = PersonSerializer()
    at = serializers.DateTimeField()
    message = serializers.CharField(allow_blank=True)


class Locks(serializers.Serializer[Any]):
    """The open locks as a page, and the open requests."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HeldLockSerializer(many=True)
    requests = OpenRequest(many=True)


class Renewing(serializers.Serializer[Any]):
    """One ``field``, or several ``fields``."""

    session_id = Uuid()
    field = Text(required=False, help_text=FIELD_NAME)
    fields = serializers.ListField(child=Text(), required=False, max_length=1000)  # type: ignore[assignment]

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        names = given.get("fields", []) + ([given["field"]] if "field" in given else [])
        if not names:
            raise serializers.ValidationError({"fields": [_("Name the fields to keep.")]})
        return {"session_id": given["session_id"], "fields": names}


class RenewalInfo(serializers.Serializer[Any]):
    """Until when each field is held, and which fields are no longer held."""

    expires_at = serializers.DictField(child=serializers.DateTimeField())
    lost = serializers.ListField(child=serializers.CharField())


class Releasing(InSession):
    token = Integer(required=False, min_value=1, max_value=MAX_INTEGER)


class Requesting(InSession):
    message = Text(required=False, allow_blank=True, max_length=MAX_REQUEST_MESSAGE, help_text="A word to the holder.")


class Keeping(InSession):
    to = Uuid(help_text="The session that asked.")


class HandingOver(Releasing):
    to = Uuid(help_text="The session that gets it.")


class TakeOverSerializer(InSession):
    reason = Text(max_length=MAX_REASON)


class LeaseInfo(serializers.Serializer[Any]):
    """Who held a field, from when to when, and why it ended (control c22)."""

    field = serializers.CharField()
    token = serializers.IntegerField()
    session_id = serializers.UUIDField(allow_null=True)
    holder = PersonSerializer()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.ChoiceField(EndReason.choices, allow_null=True)


class WorkingCopyInfo(serializers.Serializer[Any]):
    """A working copy without its text."""

    id = serializers.UUIDField()
    field = serializers.CharField()
    token = serializers.IntegerField(help_text="Of the lease it was typed under.")
    session_id = serializers.UUIDField(allow_null=True)
    revision = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    lease_open = serializers.BooleanField(help_text="Whether the lease still goes on.")


class ForeignCopy(serializers.Serializer[Any]):
    """What an owner may know of somebody else's unsaved text: its field, writer and time."""

    field = serializers.CharField()
    writer = PersonSerializer()
    updated_at = serializers.DateTimeField()
    lease_open = serializers.BooleanField(help_text="Whether the lease still goes on.")


class WorkingCopies(serializers.Serializer[Any]):
    """The caller's working copies as a page; for an owner also who else has some."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = WorkingCopyInfo(many=True)
    others = ForeignCopy(many=True, help_text="For owners; empty for everybody else.")


class WorkingCopyText(WorkingCopyInfo):
    content = serializers.CharField(allow_blank=True)


def lock_body(lock: Lock) -> dict[str, Any]:
    return {
        "field": lock.field,
        "token": lock.token,
        "session_id": lock.session_id,
        "expires_at": lock.expires_at,
        "version": lock.version,
        "sha256": lock.sha256,
    }


def held_body(lease: Lease) -> dict[str, Any]:
    return {
        "field": lease.field,
        "holder": lease.user.person(),
        "session_id": lease.session_id,
        "since": lease.started_at,
    }


def lease_body(lease: Lease) -> dict[str, Any]:
    return {
        "field": lease.field,
        "token": lease.token,
        "session_id": lease.session_id,
        "holder": lease.user.person(),
        "started_at": lease.started_at,
        "ended_at": lease.ended_at,
        "end_reason": lease.end_reason,
    }


def foreign_copy_body(copy: WorkingCopy) -> dict[str, Any]:
    return {
        "field": copy.lease.field,
        "writer": copy.lease.user.person(),
        "updated_at": copy.updated_at,
        "lease_open": copy.lease.is_open,
    }


def working_copy_body(copy: WorkingCopy) -> dict[str, Any]:
    lease = copy.lease
    return {
        "id": copy.id,
        "field": lease.field,
        "token": lease.token,
        "session_id": lease.session_id,
        "revision": copy.revision,
        "updated_at": copy.updated_at,
        "lease_open": lease.is_open,
    }
