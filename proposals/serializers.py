"""Shapes of what the endpoints of proposals take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.comments.models import MAX_TEXT, Side
from drafts.comments.serializers import NewAnchor
from drafts.compare.serializers import ComparedField
from drafts.models import MAX_MESSAGE
from drafts.serializers import ByField, ChangesField, DraftInfo, JsonObject
from kernel.names import MAX_REASON
from proposals.drift import Drift
from proposals.models import MAX_COMMENT, MAX_DESCRIPTION, MAX_TARGET, MAX_TITLE, ProposalState, Verdict
from proposals.services.resolving import WAYS
from rest.fields import Choice, Integer, Text, Uuid

MAX_ROUND = 2**31 - 1
DRIFTS = [(each.value, each.value) for each in Drift]


class NewProposal(serializers.Serializer[Any]):
    """A private proposal, with changes made from a version, or with those of another one."""

    title = Text(max_length=MAX_TITLE)
    description = Text(max_length=MAX_DESCRIPTION, required=False, allow_blank=True)
    base_version = Integer(min_value=0, max_value=MAX_ROUND, required=False)
    changes = ChangesField(required=False)
    copy_of = Uuid(required=False, help_text="Another proposal of the project.")


class EditedProposal(serializers.Serializer[Any]):
    title = Text(max_length=MAX_TITLE, required=False)
    description = Text(max_length=MAX_DESCRIPTION, required=False, allow_blank=True)


class NewChanges(serializers.Serializer[Any]):
    """New values, made from ``base_version``. A target that is staged already needs its stored revision."""

    base_version = Integer(min_value=0, max_value=MAX_ROUND)
    changes = ChangesField()
    revisions = ByField(required=False)


class Revisions(serializers.Serializer[Any]):
    revisions = serializers.DictField(child=serializers.IntegerField(), help_text="By target.")


class Unstaged(serializers.Serializer[Any]):
    target = Text(max_length=MAX_TARGET + 40)


class Resolution(serializers.Serializer[Any]):
    """What to do with a target that has drifted."""

    target = Text(max_length=MAX_TARGET + 40)
    how = Choice([(way, way) for way in WAYS])


class Submission(serializers.Serializer[Any]):
    expires_at = serializers.DateTimeField(required=False, help_text="Not later than the policy allows.")


class NewVote(serializers.Serializer[Any]):
    """A vote on the newest round; an objection needs a comment."""

    round = Integer(min_value=1, max_value=MAX_ROUND)
    verdict = Choice(Verdict.choices)
    comment = Text(max_length=MAX_COMMENT, required=False, allow_blank=True)


class NewAcceptance(serializers.Serializer[Any]):
    round = Integer(min_value=1, max_value=MAX_ROUND)
    message = Text(max_length=MAX_MESSAGE, required=False, allow_blank=True)
    reason = Text(max_length=MAX_REASON, required=False, allow_blank=True, help_text="Needed against objections.")


class NewRoundComment(serializers.Serializer[Any]):
    """A comment on what a round changes in a target; without an `anchor`, on the whole change."""

    round = Integer(min_value=1, max_value=MAX_ROUND)
    target = Text(
        max_length=MAX_TARGET + 40, required=False, allow_blank=True, help_text="If left out, all that it changes."
    )
    side = Choice(Side.choices, required=False, help_text="The text that the lines are of; `after` if left out.")
    text = Text(max_length=MAX_TEXT)
    anchor = NewAnchor(required=False, allow_null=True)


class CommentCounts(serializers.Serializer[Any]):
    """How many threads are on its rounds."""

    open = serializers.IntegerField()
    resolved = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class TargetInfo(serializers.Serializer[Any]):
    """What a proposal changes, by hashes, and how that stands to what is there now."""

    target = serializers.CharField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # DRF moves declared fields out of the way
    drift = serializers.ChoiceField(DRIFTS)
    choices = serializers.IntegerField(
        help_text="How many places take a person's choice to merge; 0 with `choices`: not counted."
    )
    base = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True, help_text="Null: it is removed.")
    now = serializers.CharField(allow_null=True)
    renamed = serializers.CharField(allow_null=True, help_text="What the file is called now, if it was renamed since.")


class VoidedApproval(serializers.Serializer[Any]):
    person = PersonSerializer()
    round = serializers.IntegerField()


class ApprovalsInfo(serializers.Serializer[Any]):
    """What the newest round has and misses, by the policy, roles and accounts of this moment."""

    needed = serializers.IntegerField()
    missing = serializers.IntegerField()
    given = PersonSerializer(many=True)
    objections = PersonSerializer(many=True)
    voided = VoidedApproval(many=True, help_text="Approvals of earlier rounds, which do not count.")


class ProposalInfo(serializers.Serializer[Any]):
    """A proposal without its texts."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    number = serializers.IntegerField(allow_null=True, help_text="Null while it is private.")
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(ProposalState.choices)
    author = PersonSerializer()
    on_behalf_of = PersonSerializer(allow_null=True)
    round = serializers.IntegerField(help_text="The newest round; 0 while it is private.")
    digest = serializers.CharField(allow_null=True)
    targets = TargetInfo(many=True)
    approvals = ApprovalsInfo(allow_null=True)
    comments = CommentCounts()
    opened_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = PersonSerializer(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True, help_text="The version that its acceptance made.")


class RoundInfo(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    digest = serializers.CharField()
    changes = JsonObject(help_text="`kind:target` → `{base, after}`.")
    contributors = serializers.ListField(child=JsonObject())
    created_by = PersonSerializer()
    created_at = serializers.DateTimeField()


class VoteInfo(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    round = serializers.IntegerField()
    person = PersonSerializer()
    verdict = serializers.ChoiceField(Verdict.choices)
    comment = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()


class StagedInfo(serializers.Serializer[Any]):
    """What its author has staged; nobody else gets it."""

    target = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    language = serializers.CharField(allow_null=True)
    base_version = serializers.IntegerField()
    revision = serializers.IntegerField()


class WholeProposal(ProposalInfo):
    """A proposal with its rounds, the newest vote of each person, and to its own people what they have staged."""

    rounds = RoundInfo(many=True)
    votes = VoteInfo(many=True)
    staged = StagedInfo(many=True)


class PreviewInfo(serializers.Serializer[Any]):
    """The current version with the proposal on top; files that it changes have their ``content``."""

    base_version = serializers.IntegerField()
    prompt_text = serializers.CharField(allow_null=True, allow_blank=True)
    model_configuration_text = serializers.CharField(allow_null=True, allow_blank=True)
    files = JsonObject()


class ComparedProposal(serializers.Serializer[Any]):
    fields = ComparedField(many=True)  # type: ignore[assignment]


class AcceptedProposal(DraftInfo):
    """The version that an acceptance made, and the proposal; without the version's members where it made none."""

    proposal = WholeProposal()
