"""The JSON that the endpoints of releases take and answer."""

from __future__ import annotations

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.serializers import JsonObject
from publishing.models import MAX_COMMENT, MAX_NOTES, MAX_RELEASE_NAME, Meaning, ReleaseState
from publishing.policies import MAX_PEOPLE, Enforcement
from rest.fields import Choice, Flag, Integer, Text

ENFORCEMENT = [(enforcement, enforcement) for enforcement in get_args(Enforcement)]
PEOPLE_BY_MEANING = {
    "type": "object",
    "properties": {
        meaning: {"type": "integer", "minimum": 0, "maximum": MAX_PEOPLE, "description": "Different people."}
        for meaning in Meaning.values
    },
    "additionalProperties": False,
}


@extend_schema_field(PEOPLE_BY_MEANING)
class PeopleByMeaning(serializers.Field[Any, Any, Any, Any]):
    """Numbers of different people, by meaning; the service checks them."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class PolicyInfo(serializers.Serializer[Any]):
    """What a project's releases need."""

    signatures = PeopleByMeaning(help_text="How many different people sign in each meaning.")
    distinct_people = serializers.IntegerField(help_text="How many different people sign overall.")
    author_may_approve = serializers.BooleanField(help_text="False keeps four eyes: an author never signs `approved`.")
    open_comments = serializers.ChoiceField(ENFORCEMENT, help_text="The effect of open comments on a release.")
    open_tasks = serializers.ChoiceField(ENFORCEMENT, help_text="The effect of open tasks on a release.")
    gates = JsonObject(help_text="The parameters of each gate that a release passes, by the gate's name.")


class InstalledGate(serializers.Serializer[Any]):
    """A gate that a policy can name here."""

    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    parameters = serializers.ListField(child=serializers.CharField(), help_text="Their names.")
    always = serializers.BooleanField(
        help_text="True if it applies to every release, even without an entry in the policy."
    )


class ProposalPolicyInfo(serializers.Serializer[Any]):
    """What a project's proposals need before they are accepted."""

    approvals = serializers.IntegerField(help_text="How many people approve a round.")
    author_may_approve = serializers.BooleanField(help_text="Whether the approval of a contributor counts.")
    open_comments = serializers.ChoiceField(ENFORCEMENT, help_text="The effect of open comments on acceptance.")
    days = serializers.IntegerField(help_text="How long a round is open; 0 means without an end.")


class ProjectPolicy(PolicyInfo):
    """What a project's releases and proposals need, and the gates that its policy can name."""

    proposals = ProposalPolicyInfo()
    installed_gates = InstalledGate(many=True)


class NewPolicy(serializers.Serializer[Any]):
    """The new policy; a rule that is left out gets its default."""

    signatures = PeopleByMeaning(required=False)
    distinct_people = Integer(min_value=0, max_value=MAX_PEOPLE, required=False)
    author_may_approve = Flag(required=False)
    open_comments = Choice(ENFORCEMENT, required=False)
    open_tasks = Choice(ENFORCEMENT, required=False)
    gates = JsonObject(required=False, help_text="As in the answer; a gate that is left out is not asked any more.")
    proposals = JsonObject(required=False, help_text="As in the answer; left as it is where it is left out.")


class NewRelease(serializers.Serializer[Any]):
    name = Text(max_length=MAX_RELEASE_NAME, help_text="A semantic version is suggested.")
    version = Integer(min_value=1, max_value=2**31 - 1)
    notes = Text(max_length=MAX_NOTES, required=False, allow_blank=True, help_text="What changed, and why.")


class NewReleaseNotes(serializers.Serializer[Any]):
    notes = Text(max_length=MAX_NOTES, allow_blank=True, help_text="What changed, and why; instead of those before.")


class NewSignature(serializers.Serializer[Any]):
    """Exactly one of ``password``, ``otp`` and ``passkey``; ``username`` at least for the first one in a session."""

    meaning = Choice(Meaning.choices)
    username = Text(max_length=150, required=False)
    password = Text(max_length=4096, required=False)
    otp = Text(max_length=32, required=False, help_text="A one-time code of one's authenticator.")
    passkey = JsonObject(required=False, help_text="The answer of `navigator.credentials.get` to the challenge.")
    comment = Text(max_length=MAX_COMMENT, required=False, allow_blank=True)
    notes = Text(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="SHA-256 of the notes that the signer read, required if there are any: `conflict` if they changed.",
    )


class SignatureInfo(serializers.Serializer[Any]):
    """A signature, with its sealed statement and what 21 CFR 11.50 wants shown."""

    id = serializers.UUIDField()
    release_id = serializers.UUIDField()
    meaning = serializers.ChoiceField(Meaning.choices)
    comment = serializers.CharField(allow_blank=True)
    signer = PersonSerializer()
    printed_name = serializers.CharField(help_text="As it was when they signed.")
    username = serializers.CharField(help_text="It never changes, and distinguishes people with the same printed name.")
    signed_at = serializers.DateTimeField()
    statement = serializers.CharField(help_text="RFC 8785 text, exactly as it was sealed.")
    key = serializers.CharField(help_text="Fingerprint of the site's key: SHA-256 of its 32 public bytes.")
    seal = serializers.CharField(help_text="Ed25519 over the statement's UTF-8 bytes, hexadecimal.")


class ReleaseNotesInfo(serializers.Serializer[Any]):
    """What a release says about itself. The first signature freezes it, since signatures cover it."""

    text = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(help_text="Of the text, as signed statements name it.")
    revision = serializers.IntegerField(min_value=1)
    written_by = PersonSerializer()
    written_at = serializers.DateTimeField()


class ReleaseInfo(serializers.Serializer[Any]):
    """A version under a name, with its signatures and what is still missing."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField(min_value=1)
    content_hash = serializers.CharField()
    state = serializers.ChoiceField(ReleaseState.choices)
    policy = PolicyInfo(help_text="As it was when the version was submitted.")
    authors = PersonSerializer(many=True, help_text="All whose text it contains, and who saved since the last release.")
    submitted_by = PersonSerializer()
    submitted_at = serializers.DateTimeField()
    ended_by = PersonSerializer(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    notes = ReleaseNotesInfo(allow_null=True, help_text="Null where nobody wrote any.")
    signatures = SignatureInfo(many=True)
    missing = PeopleByMeaning(help_text="In review: how many people each meaning still needs.")
    distinct_missing = serializers.IntegerField(help_text="In review: how many more different people are needed.")
    warnings = serializers.ListField(child=serializers.CharField())


class ReleaseList(serializers.Serializer[Any]):
    """A page of releases, with a suggested name for the next one."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ReleaseInfo(many=True)
    suggested_name = serializers.CharField()


class ChallengeInfo(serializers.Serializer[Any]):
    """The statement to read before signing, and the factors to give."""

    statement = JsonObject(help_text="What will be sealed; the server adds `key` and `time` when it is signed.")
    signable = serializers.DictField(
        child=serializers.CharField(allow_null=True), help_text="By meaning: why not, or null where I can sign."
    )
    needs_username = serializers.BooleanField()
    components = serializers.ListField(child=serializers.CharField(), help_text="Of `password`, `otp`, `passkey`.")
    passkey = JsonObject(allow_null=True, help_text="For `navigator.credentials.get`, where I have a passkey.")
    warnings = serializers.ListField(child=serializers.CharField())
