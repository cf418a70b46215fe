"""The JSON of the copied record."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.compare.serializers import Compared


class HomeSite(serializers.Serializer[Any]):
    """The site where the project is at home, by its key."""

    key = serializers.CharField()
    name = serializers.CharField()
    is_linked = serializers.BooleanField()


class HomeCheckpoint(serializers.Serializer[Any]):
    """The statement by which home vouches for the copy, and the key that sealed it."""

    number = serializers.IntegerField()
    key = serializers.CharField()
    made_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


class CopyInfo(serializers.Serializer[Any]):
    """How good the copy is. ``verified`` is the newest event for which a checkpoint vouches, 0 for none."""

    home = HomeSite()
    seq = serializers.IntegerField(help_text="The newest event of home that is here.")
    hash = serializers.CharField(allow_blank=True)
    recorded_at = serializers.DateTimeField(allow_null=True)
    as_of = serializers.DateTimeField(allow_null=True, help_text="Nothing is missing up to this moment.")
    to_come = serializers.IntegerField(help_text="How many events home has that are not here.")
    verified = serializers.IntegerField()
    checkpoint = HomeCheckpoint(allow_null=True)
    fault = serializers.CharField(allow_blank=True, help_text="What is wrong with the copy; empty for nothing.")


class HomeVersion(serializers.Serializer[Any]):
    """A version of home. ``fields`` are the SHA-256 of the fields that it changed, null for a removed one.

    The event of one that is not ``is_readable`` does not say what versions are: only its number and time are known.
    """

    version_number = serializers.IntegerField()
    seq = serializers.IntegerField()
    author = PersonSerializer()
    created_at = serializers.DateTimeField()
    message = serializers.CharField(allow_blank=True)
    kind = serializers.CharField()
    source_version = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField(allow_blank=True)
    fields = serializers.DictField(child=serializers.CharField(allow_null=True))  # type: ignore[assignment]
    renamed = serializers.DictField(child=serializers.CharField())
    is_readable = serializers.BooleanField()


class HomeVersions(serializers.Serializer[Any]):
    versions = HomeVersion(many=True)
    before = serializers.IntegerField(allow_null=True, help_text="Ask with this `before` for older ones; null: none.")


class HeldText(serializers.Serializer[Any]):
    """A field of a version, and whether its text is here."""

    field = serializers.CharField()
    sha256 = serializers.CharField()
    is_here = serializers.BooleanField()


class HomeVersionDetail(HomeVersion):
    """A version with everything that it holds."""

    texts = HeldText(many=True)
    is_whole = serializers.BooleanField(help_text="False where an earlier version could not be read.")


class HomeText(serializers.Serializer[Any]):
    field = serializers.CharField()
    sha256 = serializers.CharField()
    text = serializers.CharField(allow_blank=True)


class HomeComparison(serializers.Serializer[Any]):
    """What differs; ``difference`` is null while ``missing`` texts are not here, which have been asked for."""

    base = serializers.IntegerField()
    target = serializers.IntegerField()
    missing = serializers.IntegerField()
    difference = Compared(allow_null=True)


class HomeSignature(serializers.Serializer[Any]):
    """A signature; ``seal`` says whether its seal fits here.

    It is `fits`, `wrong`, `unknown_key`, `not_here`, or `unreadable` where the event does not say what was signed.
    """

    id = serializers.CharField(allow_blank=True)
    signer = PersonSerializer()
    signed_at = serializers.DateTimeField()
    meaning = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    statement = serializers.CharField(allow_blank=True, help_text="The sealed text; empty while it is not here.")
    statement_sha256 = serializers.CharField(allow_blank=True)
    key = serializers.CharField(allow_blank=True)
    seal = serializers.CharField()


class HomeRelease(serializers.Serializer[Any]):
    """A release of home with its signatures, which event ``seq`` submitted.

    Where that does not say what releases are, it is not ``is_readable``, and only its time is known.
    """

    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField(allow_blank=True)
    state = serializers.CharField()
    submitted_by = PersonSerializer()
    submitted_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    signatures = HomeSignature(many=True)
    is_readable = serializers.BooleanField()


class HomeReleases(serializers.Serializer[Any]):
    releases = HomeRelease(many=True)


class HomeLease(serializers.Serializer[Any]):
    """Who held a field at home; open while ``ended_at`` is null. Of one not ``is_readable`` only the time is known."""

    token = serializers.IntegerField()
    field = serializers.CharField(allow_blank=True)
    holder = PersonSerializer()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField(allow_blank=True)
    saved_as = serializers.IntegerField(allow_null=True)
    is_readable = serializers.BooleanField()


class HomeLeases(serializers.Serializer[Any]):
    leases = HomeLease(many=True)
    before = serializers.IntegerField(allow_null=True, help_text="Ask with this `before` for earlier ones; null: none.")


class HomeInfo(serializers.Serializer[Any]):
    """The copied record at a glance."""

    copy = CopyInfo()
    status = serializers.CharField(
        allow_null=True, help_text="The state at home; null for one that cannot be shown here."
    )
    version = HomeVersion(allow_null=True)
    held = HomeLease(many=True)
