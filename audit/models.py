"""The event chain: one append-only row per fact, linked by hash, written only through `audit.services.record`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property

from audit.chain_verification.models import ChainVerification
from audit.checkpoints.models import Checkpoint, Timestamp
from audit.keys.models import SiteKey
from audit.reviews.models import Review
from kernel.ijson import parse

__all__ = [
    "SITE_CHAIN",
    "ChainVerification",
    "Checkpoint",
    "Event",
    "Review",
    "Site",
    "SiteKey",
    "Timestamp",
    "project_chain",
]

SITE_CHAIN = "site"


def project_chain(project_id: uuid.UUID) -> str:
    """The name of a project's chain."""
    return str(project_id)


class Site(models.Model):
    """This installation. One row, made by the first migration, named in every event and signature."""

    id = models.UUIDField(primary_key=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        db_table = "audit_site"

    def __str__(self) -> str:
        return str(self.id)


class EventQuerySet(models.QuerySet["Event"]):
    """Reading the chain."""

    def chain(self, name: str) -> EventQuerySet:
        """The events of one chain, oldest first."""
        return self.filter(chain=name).order_by("seq")

    def of_project(self, project_id: uuid.UUID) -> EventQuerySet:
        return self.chain(project_chain(project_id))

    def newest_seq(self, chain: str) -> int:
        """The highest `seq` of a chain; 0 for a chain without events."""
        return self.filter(chain=chain).order_by("-seq").values_list("seq", flat=True).first() or 0


class Event(models.Model):
    """One recorded fact.

    `canonical` (RFC 8785) is the only source. Postgres generates `chain` … `request` from it and a trigger gives `seq`,
    `at`, `prev_hash` and `hash`; Python never writes any of them (see migration 0001).
    """

    id = models.BigAutoField(primary_key=True)
    canonical = models.TextField(editable=False)
    chain = models.TextField(editable=False)
    action = models.TextField(editable=False)
    actor_id = models.UUIDField(editable=False)
    target_type = models.TextField(editable=False)
    target_id = models.TextField(editable=False)
    client_ref = models.UUIDField(editable=False, null=True)
    request = models.TextField(editable=False, null=True)  # noqa: DJ001 - absent in the canonical text, so NULL
    seq = models.BigIntegerField(editable=False)
    at = models.DateTimeField(editable=False)
    prev_hash = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        db_table = "audit_event"
        ordering: ClassVar[list[str]] = ["chain", "seq"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"

    @classmethod
    def from_fact(cls, canonical: str, fact: dict[str, Any], columns: Mapping[str, Any]) -> Event:
        """The event just recorded, without parsing its text again."""
        event = cls(canonical=canonical, **columns)
        event.__dict__["record"] = fact
        return event

    @cached_property
    def record(self) -> dict[str, Any]:
        """The fact itself: the parsed canonical text."""
        record = parse(self.canonical)
        assert isinstance(record, dict)
        return record

    @property
    def data(self) -> dict[str, Any]:
        """Values and hashes before and after, as the action defines them."""
        data = self.record["data"]
        assert isinstance(data, dict)
        return data
