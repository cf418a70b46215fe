"""The other sites of a project, and the invitations by which they come."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.replication.choices import Rights

MAX_NAME = 200
MAX_ADDRESS = 500
MAX_CERTIFICATE = 16_384


class Peer(models.Model):
    """Another site of a project, known by its Ed25519 key of 32 bytes.

    A site that another one introduced is here before anybody has admitted it: `admitted_at` is null, and
    `introduced_by` is the key of who named it. `address` is a wss URL, empty where the site only dials, and
    `address_unconfirmed` where only the site itself says so; `certificate` is the PEM certificate that it is pinned to.
    `cut_number` and `cut_hash` are the last bundle that counts of a revoked site. `head_number` counts the events of
    its record that it has said to have (peers with copies).

    What a link last heard is kept beside these: `clock` maps site keys to `[hlc, number, hash]`, `state_hash` is what
    the peer computed for it, `skew_ms` how far its clock is ahead of ours, `remaining` how many bundles it said are
    still to come, and `alarm` `{kind, at, detail}` or null. `node` and `claimed_until` say which node of ours dials it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    key = models.BinaryField()
    site_id = models.UUIDField(null=True)
    name = models.CharField(max_length=MAX_NAME, blank=True)
    address = models.CharField(max_length=MAX_ADDRESS, blank=True)
    address_unconfirmed = models.BooleanField(default=False)
    certificate = models.CharField(max_length=MAX_CERTIFICATE, blank=True)
    rights = models.CharField(max_length=6, choices=Rights.choices, default=Rights.WRITES)
    copies = models.BooleanField(default=False)
    is_home = models.BooleanField(default=False)
    introduced_by = models.BinaryField(null=True)
    admitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    admitted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    cut_number = models.PositiveIntegerField(null=True)
    cut_hash = models.BinaryField(null=True)
    # Sites that this one has revoked, `{site key: {number, hash, at}}`: an owner here may follow.
    revocations = models.JSONField(default=dict)

    clock = models.JSONField(default=dict)
    state_hash = models.BinaryField(null=True)
    head_number = models.BigIntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True)
    skew_ms = models.BigIntegerField(null=True)
    remaining = models.PositiveIntegerField(default=0)
    alarm = models.JSONField(null=True)
    node = models.CharField(max_length=64, blank=True)
    claimed_until = models.DateTimeField(null=True)

    project_id: UUID
    admitted_by_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "key"], name="replication_peer_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_home=True), name="replication_peer_one_home"),
            models.CheckConstraint(condition=Q(rights__in=Rights.values), name="replication_peer_rights_known"),
            models.CheckConstraint(
                condition=Q(cut_number__isnull=True) | Q(revoked_at__isnull=False),
                name="replication_peer_cut_if_revoked",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.key_text[:16]

    @property
    def key_text(self) -> str:
        """The key in lowercase hexadecimal digits."""
        return bytes(self.key).hex()

    @property
    def is_admitted(self) -> bool:
        return self.admitted_at is not None and self.revoked_at is None


class Invitation(models.Model):
    """A code by which one site may come: stored as its SHA-256, good once, and until `expires_at`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField(unique=True)
    rights = models.CharField(max_length=6, choices=Rights.choices, default=Rights.WRITES)
    copies = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.BinaryField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    project_id: UUID
    created_by_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(rights__in=Rights.values), name="replication_invitation_rights_known"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False, withdrawn_at__isnull=True),
                name="replication_invitation_used_once",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.id}"

    def is_good(self, now: datetime) -> bool:
        """Whether a site may still come by it."""
        return self.used_at is None and self.withdrawn_at is None and now < self.expires_at
