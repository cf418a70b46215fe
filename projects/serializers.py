"""The JSON that the endpoints of projects take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.serializers import PersonSerializer
from kernel.names import MAX_REASON
from projects.access import effective_role
from projects.models import MAX_DESCRIPTION, MAX_NAME, Member, Project, Role, Status
from rest.fields import Choice, Flag, Text, Uuid


class ProjectInfo(serializers.Serializer[Any]):
    """A project as the caller sees it; ``role`` is the caller's."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    is_private = serializers.BooleanField()
    status = serializers.ChoiceField(Status.choices)
    role = serializers.ChoiceField(Role.choices)
    current_version = serializers.IntegerField(help_text="0 before the first version.")
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()


class NewProject(serializers.Serializer[Any]):
    name = Text(max_length=MAX_NAME)
    description = Text(max_length=MAX_DESCRIPTION, required=False, allow_blank=True)
    is_private = Flag(required=False, help_text="True where left out.")


class ChangedProject(serializers.Serializer[Any]):
    name = Text(max_length=MAX_NAME, required=False)
    description = Text(max_length=MAX_DESCRIPTION, required=False, allow_blank=True)
    is_private = Flag(required=False)


class Reopening(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON, required=False, allow_blank=True)


class MemberInfo(serializers.Serializer[Any]):
    """A person and their role in a project."""

    user = PersonSerializer()
    role = serializers.ChoiceField(Role.choices)
    added_at = serializers.DateTimeField()


class NewMember(serializers.Serializer[Any]):
    """Name the person by ``user_id`` or by ``username``."""

    user_id = Uuid(required=False)
    username = Text(max_length=254, required=False)
    role = Choice(Role.choices)


class ChangedRole(serializers.Serializer[Any]):
    role = Choice(Role.choices)
    reason = Text(max_length=MAX_REASON)


class Reason(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON)


class EventInfo(serializers.Serializer[Any]):
    """An event as all members may see it: without address, user agent and reason."""

    seq = serializers.IntegerField(min_value=1)
    name = serializers.CharField()
    at = serializers.DateTimeField()
    actor = PersonSerializer()
    data = serializers.DictField()  # type: ignore[assignment] # DRF moves declared fields out of the way


def project_body(project: Project, role: Role) -> dict[str, Any]:
    """A project with its creator and current draft loaded."""
    draft = project.current_draft
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "is_private": project.is_private,
        "status": project.status,
        "role": role,
        "current_version": draft.version_number if draft else 0,
        "created_at": project.created_at,
        "created_by": project.created_by.person(),
    }


def listed_project(project: Project, user: User) -> dict[str, Any]:
    """A project of a list made by ``with_role_of(user)``."""
    role = effective_role(user=user, member_role=getattr(project, "member_role", None), is_private=project.is_private)
    return project_body(project, role or Role.VIEWER)


def member_body(member: Member) -> dict[str, Any]:
    return {"user": member.user.person(), "role": member.role, "added_at": member.added_at}
