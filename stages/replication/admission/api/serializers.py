"""Shapes of what the endpoints of sites take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.names import MAX_REASON
from rest.fields import Choice, Flag, Text
from stages.replication.admission.invitations import MAX_TEXT
from stages.replication.choices import Rights
from stages.replication.models.peers import MAX_ADDRESS, MAX_CERTIFICATE, MAX_NAME
from stages.replication.reading.sameness import Verdict
from stages.replication.reading.site import SiteState

COPIES_HELP = "Whether it gets a copy of the project's record: events with addresses and user agents, and texts."
ADDRESS_HELP = "Where it is dialled, such as `wss://foundry.example`; empty for one that only dials."


class JoinProject(serializers.Serializer[Any]):
    invitation = Text(max_length=MAX_TEXT, help_text="The text of an invitation, as it was sent.")


class NewInvitation(serializers.Serializer[Any]):
    rights = Choice(Rights.choices)
    copies = Flag(required=False, help_text=COPIES_HELP)


class InvitationInfo(serializers.Serializer[Any]):
    """An invitation. Its text is answered once, when it is made."""

    id = serializers.UUIDField()
    rights = serializers.ChoiceField(Rights.choices)
    copies = serializers.BooleanField(help_text=COPIES_HELP)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True)
    used_by = serializers.CharField(allow_null=True, help_text="The key of the site that came by it.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class MadeInvitation(InvitationInfo):
    text = serializers.CharField(allow_blank=True, help_text="To send to the other site; empty in a repeated answer.")


class CutInfo(serializers.Serializer[Any]):
    """The last bundle of a site that counts."""

    number = serializers.IntegerField()
    hash = serializers.CharField(allow_null=True)


class ReportedRevocation(CutInfo):
    """That another site has revoked this one."""

    by = serializers.CharField(help_text="The key of the site that revoked it.")
    by_name = serializers.CharField(allow_blank=True)
    at = serializers.CharField(allow_null=True)


class SitePersonInfo(serializers.Serializer[Any]):
    """Somebody who works at a site; `id` is that of their account there."""

    id = serializers.CharField()
    display_name = serializers.CharField()


class AlarmInfo(serializers.Serializer[Any]):
    """That two sites differ under equal clocks (`differs`), or one wrote two histories (`fork`).

    Or of home that its record is another one than the copied one (`other_record`) or says a wrong content hash of a
    version (`wrong_content`), and of any site that it sent another text than it was asked for (`wrong_text`).
    """

    kind = serializers.CharField()
    at = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    records = serializers.ListField(child=serializers.CharField(), help_text="Ids of records and links that differ.")
    mappings = serializers.ListField(child=serializers.CharField(), help_text="Ids of mappings that differ.")
    over_at = serializers.CharField(allow_null=True)


class ThisSiteInfo(serializers.Serializer[Any]):
    """A site of the project: this one."""

    key = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField([(each.value, each.name) for each in SiteState])
    is_home = serializers.BooleanField()
    is_linked = serializers.BooleanField()
    bundles = serializers.IntegerField(help_text="How many bundles of it are here.")
    people = SitePersonInfo(many=True)


class SiteInfo(ThisSiteInfo):
    """Another site of the project. `clock` is what it has said to have, by site: HLC, number and hash."""

    site = serializers.UUIDField(allow_null=True)
    address = serializers.CharField(allow_blank=True, help_text=ADDRESS_HELP)
    has_certificate = serializers.BooleanField(help_text="Whether it is pinned to a certificate.")
    rights = serializers.ChoiceField(Rights.choices)
    copies = serializers.BooleanField(help_text=COPIES_HELP)
    introduced_by = serializers.CharField(allow_null=True, help_text="The key of the site that named it first.")
    admitted_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    cut = CutInfo(allow_null=True)
    revoked_elsewhere = ReportedRevocation(allow_null=True)
    clock = serializers.DictField(child=serializers.ListField())
    behind = serializers.IntegerField(help_text="How many bundles that are here it has not.")
    ahead = serializers.IntegerField(help_text="How many bundles it has that are not here.")
    remaining = serializers.IntegerField(help_text="How many bundles it said were still to come.")
    skew_ms = serializers.IntegerField(allow_null=True, help_text="How far its clock is ahead of ours.")
    linked_since = serializers.DateTimeField(allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    alarm = AlarmInfo(allow_null=True)


class SinceInfo(serializers.Serializer[Any]):
    """What was written at a site and is not everywhere yet."""

    site = serializers.CharField()
    bundles = serializers.IntegerField()


class SamenessInfo(serializers.Serializer[Any]):
    """Whether all sites have the same, since when, and what has been written since."""

    verdict = serializers.CharField(help_text=", ".join(each.value for each in Verdict))
    sites = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True)
    to_send = serializers.IntegerField()
    since = SinceInfo(many=True)
    without = serializers.ListField(
        child=serializers.CharField(), help_text="The names of the sites that lack some of it."
    )
    state_hash = serializers.CharField(allow_null=True)


class SitesInfo(serializers.Serializer[Any]):
    """The other sites of the project, this one, and whether all have the same."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SiteInfo(many=True)
    here = ThisSiteInfo()
    same = SamenessInfo()


class AdmitSite(serializers.Serializer[Any]):
    rights = Choice(Rights.choices)
    copies = Flag(required=False, help_text=COPIES_HELP)
    name = Text(max_length=MAX_NAME, required=False, allow_blank=True)
    address = Text(max_length=MAX_ADDRESS, required=False, allow_blank=True, help_text=ADDRESS_HELP)
    certificate = Text(max_length=MAX_CERTIFICATE, required=False, allow_blank=True, help_text="PEM; empty for none.")


class ChangeRights(serializers.Serializer[Any]):
    """What is left out stays."""

    rights = Choice(Rights.choices, required=False)
    copies = Flag(required=False, help_text=COPIES_HELP)
    address = Text(max_length=MAX_ADDRESS, required=False, allow_blank=True, help_text=ADDRESS_HELP)
    certificate = Text(max_length=MAX_CERTIFICATE, required=False, allow_blank=True, help_text="PEM; empty for none.")
    reason = Text(max_length=MAX_REASON)


class RevokeSite(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON)


class CreateWorkspace(serializers.Serializer[Any]):
    name = Text(max_length=200)
    description = Text(max_length=2000, required=False, allow_blank=True)
