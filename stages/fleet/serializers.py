"""Shapes of what the endpoints of the fleet take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from kernel.names import MAX_REASON
from publishing.models import MAX_COMMENT
from rest.fields import Choice, Flag, Integer, Text, Uuid
from stages.fleet.choices import (
    Destination,
    DirectiveStatus,
    Layer,
    Mode,
    RequestKind,
    RequestState,
    TeamRole,
)
from stages.fleet.models.directives import MAX_FIELD, MAX_PATH, MAX_PATTERN, MAX_PATTERNS, MAX_POSITION, MAX_TITLE
from stages.fleet.models.teams import MAX_CATEGORY, MAX_HOURS, MAX_QUORUM, MAX_STALE_MINUTES, MAX_TEAM_NAME
from stages.fleet.services.teams import MAX_CATEGORIES

QUORUM_HELP = "How many people must approve a change of its directives; 0 for none."


class NamedInfo(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class _TeamFields(serializers.Serializer[Any]):
    quorum = Integer(min_value=0, max_value=MAX_QUORUM, required=False, help_text=QUORUM_HELP)
    timeout_hours = Integer(min_value=1, max_value=MAX_HOURS, required=False)
    stale_minutes = Integer(min_value=1, max_value=MAX_STALE_MINUTES, required=False)
    categories = serializers.ListField(
        child=Text(max_length=MAX_CATEGORY), max_length=MAX_CATEGORIES, required=False, help_text="In their order."
    )


class NewTeam(_TeamFields):
    parent_id = Uuid()
    name = Text(max_length=MAX_TEAM_NAME)


class ChangedTeam(_TeamFields):
    parent_id = Uuid(required=False)
    name = Text(max_length=MAX_TEAM_NAME, required=False)


class TeamInfo(serializers.Serializer[Any]):
    """A team. `number` is that of its newest edition; `role` is the caller's, from here or from a team above."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    parent_id = serializers.UUIDField(allow_null=True)
    quorum = serializers.IntegerField(help_text=QUORUM_HELP)
    timeout_hours = serializers.IntegerField()
    stale_minutes = serializers.IntegerField()
    categories = serializers.ListField(child=serializers.CharField())
    number = serializers.IntegerField()
    archived_at = serializers.DateTimeField(allow_null=True)
    role = serializers.ChoiceField(TeamRole.choices, allow_null=True)


class SetMember(serializers.Serializer[Any]):
    user_id = Uuid()
    role = Choice(TeamRole.choices, allow_null=True, help_text="Null takes the role away.")


class TeamMemberInfo(serializers.Serializer[Any]):
    user = PersonSerializer()
    role = serializers.ChoiceField(TeamRole.choices)
    added_at = serializers.DateTimeField()


class NewGrant(serializers.Serializer[Any]):
    team_id = Uuid()


class GrantInfo(serializers.Serializer[Any]):
    """The consent that releases of a project go to a team, and to the teams below it."""

    team = NamedInfo()
    granted_by = PersonSerializer()
    granted_at = serializers.DateTimeField()


class _DirectiveFields(serializers.Serializer[Any]):
    category = Text(max_length=MAX_CATEGORY, required=False, allow_blank=True)
    position = Integer(min_value=0, max_value=MAX_POSITION, required=False)
    layer = Choice(Layer.choices, required=False)
    destination = Choice(Destination.choices, required=False)
    path = Text(max_length=MAX_PATH, required=False, allow_blank=True, help_text="Of a file of its own.")
    match = serializers.ListField(
        child=Text(max_length=MAX_PATTERN),
        max_length=MAX_PATTERNS,
        required=False,
        help_text="Patterns of repositories, `host/owner/name`; empty for all.",
    )
    mode = Choice(Mode.choices, required=False)
    timeout_hours = Integer(min_value=1, max_value=MAX_HOURS, required=False)
    overridable = Flag(required=False)
    replaces_id = Uuid(required=False, allow_null=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = Text(max_length=MAX_REASON, required=False, allow_blank=True)


class NewDirective(_DirectiveFields):
    """A field of a release, and where and how it is kept on the stations of a team."""

    team_id = Uuid()
    release_id = Uuid()
    field = Text(max_length=MAX_FIELD)
    title = Text(max_length=MAX_TITLE)


class ChangedDirective(_DirectiveFields):
    release_id = Uuid(required=False)
    field = Text(max_length=MAX_FIELD, required=False)
    title = Text(max_length=MAX_TITLE, required=False)


class DirectiveInfo(serializers.Serializer[Any]):
    """A directive. `carried` are the releases that it has carried, oldest first; `sha256` is that of its text."""

    id = serializers.UUIDField()
    team = NamedInfo()
    project = NamedInfo()
    release = NamedInfo()
    sha256 = serializers.CharField()
    carried = NamedInfo(many=True)
    field = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    position = serializers.IntegerField()
    layer = serializers.ChoiceField(Layer.choices)
    destination = serializers.ChoiceField(Destination.choices)
    path = serializers.CharField(allow_blank=True)
    match = serializers.ListField(child=serializers.CharField())
    mode = serializers.ChoiceField(Mode.choices)
    timeout_hours = serializers.IntegerField()
    overridable = serializers.BooleanField()
    replaces_id = serializers.UUIDField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(DirectiveStatus.choices)
    issued_by = PersonSerializer()
    issued_at = serializers.DateTimeField()


class WithReason(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON)


class RollBack(WithReason):
    release_id = Uuid()


class CoverageInfo(serializers.Serializer[Any]):
    """How many stations obey a directive, and how many are in which state."""

    directive_id = serializers.UUIDField()
    edition = serializers.IntegerField(help_text="The newest edition of its team.")
    stations = serializers.IntegerField()
    states = serializers.DictField(child=serializers.IntegerField())


class DecisionInfo(serializers.Serializer[Any]):
    person = PersonSerializer()
    approves = serializers.BooleanField()
    comment = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField()


class RequestInfo(serializers.Serializer[Any]):
    """A request; a decision on it names its `digest`, which covers the payload."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(RequestKind.choices)
    team = NamedInfo()
    project = NamedInfo()
    directive_id = serializers.UUIDField(allow_null=True)
    station_id = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    payload = serializers.DictField()
    digest = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    quorum = serializers.IntegerField()
    author = PersonSerializer()
    state = serializers.ChoiceField(RequestState.choices)
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    decisions = DecisionInfo(many=True)


class SubmittedInfo(serializers.Serializer[Any]):
    """What became of it: a request that waits, or, where the team's quorum is 0, the directive."""

    request = RequestInfo(allow_null=True)
    directive = DirectiveInfo(allow_null=True)


class NewDecision(serializers.Serializer[Any]):
    approves = Flag()
    digest = Text(max_length=64, help_text="That of the request, as the person read it.")
    comment = Text(max_length=MAX_COMMENT, required=False, allow_blank=True)


class NewException(serializers.Serializer[Any]):
    station_id = Uuid()
    directive_id = Uuid()
    until = serializers.DateTimeField(required=False, allow_null=True, help_text="Null for a permanent one.")
    reason = Text(max_length=MAX_REASON)


class EditionInfo(serializers.Serializer[Any]):
    """An edition: `seal` is an Ed25519 signature over the UTF-8 bytes of `text`, by the site's key."""

    team_id = serializers.UUIDField()
    number = serializers.IntegerField()
    cause = serializers.CharField()
    sealed_at = serializers.DateTimeField()
    sha256 = serializers.CharField()
    text = serializers.CharField()
    key = serializers.CharField()
    seal = serializers.CharField()


class GraphDirective(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    release = serializers.CharField()
    status = serializers.ChoiceField(DirectiveStatus.choices)


class GraphTeam(NamedInfo):
    parent_id = serializers.UUIDField(allow_null=True)
    number = serializers.IntegerField()
    is_readable = serializers.BooleanField(help_text="False for a team above the caller's own ones.")
    stations = serializers.IntegerField()
    people = serializers.IntegerField()
    directives = GraphDirective(many=True)


class GraphInfo(serializers.Serializer[Any]):
    """The tree of teams, each after its parent."""

    teams = GraphTeam(many=True)
