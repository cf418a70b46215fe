"""What a station's sign-in takes and answers over REST (RFC 8628)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from rest.fields import Text

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"


class NewDevice(serializers.Serializer[Any]):
    """What a machine sends to begin its sign-in."""

    machine = serializers.DictField(
        child=Text(allow_blank=True, max_length=200), help_text="`name` of the machine, and short facts about it."
    )


class DeviceCodes(serializers.Serializer[Any]):
    """The codes of a sign-in: the machine polls with one, a person confirms the other."""

    device_code = serializers.CharField()
    user_code = serializers.CharField()
    verification_uri = serializers.URLField()
    verification_uri_complete = serializers.URLField()
    expires_in = serializers.IntegerField(help_text="In seconds.")
    interval = serializers.IntegerField(help_text="Seconds between two polls.")
    site_key = serializers.CharField(help_text="The fingerprint of the site's key, which the page shows as well.")


class DevicePoll(serializers.Serializer[Any]):
    """What a machine polls with."""

    device_code = Text(max_length=100)
    grant_type = Text(required=False, max_length=100, help_text=f"`{GRANT_TYPE}`, where it is given.")


class StationTeam(serializers.Serializer[Any]):
    """The team of a station, by its id and its name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class SignedInStation(serializers.Serializer[Any]):
    """The station that has signed in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = PersonSerializer()
    team = StationTeam()


class SignedInSite(serializers.Serializer[Any]):
    """The site, with the fingerprint of the key that seals what its stations obey."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    key = serializers.CharField()


class StationToken(serializers.Serializer[Any]):
    """The token of a station, which opens what is for stations only, and a JWT that says which station it is."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds after its last use.")
    id_token = serializers.CharField()
    station = SignedInStation()
    site = SignedInSite()


class SignInProblem(serializers.Serializer[Any]):
    """Why there is no token (yet), by RFC 8628 and RFC 6749."""

    error = serializers.CharField(
        help_text="`authorization_pending`, `slow_down`, `access_denied`, `expired_token` or `invalid_grant`."
    )
    error_description = serializers.CharField()
