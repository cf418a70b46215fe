"""What follows from the operations: the tables of `fold.storage.Derived`. Computed again by `rebuild_registers`."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from projects.models import Project

MAX_NAME = 105


class DerivedRow(models.Model):
    """A row that a project's operations add up to."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)

    project_id: UUID

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class FieldState(DerivedRow):
    """The tips of a raw field, in canonical order, as `storing.spelling` writes them. Of an edge, `entity` is its id.

    `key_number` is the highest number at the end of the tips of a field `key`, such as 12 of REQ-12.
    """

    pk = models.CompositePrimaryKey("project_id", "entity", "facet", "field")
    entity = models.UUIDField()
    facet = models.CharField(max_length=MAX_NAME)
    field = models.CharField(max_length=MAX_NAME)
    tips = models.JSONField()
    key_number = models.BigIntegerField(null=True)

    class Meta(DerivedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["project", "facet", "key_number"],
                condition=models.Q(key_number__isnull=False),
                name="registers_field_by_number",
            ),
        ]


class Document(DerivedRow):
    """The text of a raw field in which several write at once, after the update at `last` (HLC, operation, site).

    `state` is the Yjs document as one update; `clocks` and `pairs` are what the strict reader of updates has to know.
    """

    pk = models.CompositePrimaryKey("project_id", "entity", "facet", "field")
    entity = models.UUIDField()
    facet = models.CharField(max_length=MAX_NAME)
    field = models.CharField(max_length=MAX_NAME)
    last = models.JSONField()
    state = models.BinaryField()
    text = models.TextField()
    clocks = models.JSONField()
    pairs = models.JSONField()


class Life(DerivedRow):
    """What was done to something and what removed it: `kind` is `entity`, `facet` (of the entity `subject`) or `edge`.

    `acts` and `removals` are `[newest, clock]`: the newest HLC of each site, and all that these had seen.
    """

    pk = models.CompositePrimaryKey("project_id", "kind", "subject", "facet")
    kind = models.CharField(max_length=6)
    subject = models.UUIDField()
    facet = models.CharField(max_length=MAX_NAME, blank=True)
    acts = models.JSONField()
    removals = models.JSONField()

    class Meta(DerivedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "subject"], name="registers_life_of_subject"),
            models.Index(fields=["project", "facet", "subject"], name="registers_life_of_facet"),
        ]


class EdgeEnds(DerivedRow):
    """What an edge is, by its canonically first creation, at `order` (HLC, operation, site)."""

    pk = models.CompositePrimaryKey("project_id", "edge")
    edge = models.UUIDField()
    order = models.JSONField()
    type = models.CharField(max_length=MAX_NAME, null=True)  # noqa: DJ001 (no type is not an empty one)
    source = models.UUIDField()
    target = models.UUIDField()
    ordered = models.BooleanField()

    class Meta(DerivedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "source"], name="registers_ends_by_source"),
            models.Index(fields=["project", "target"], name="registers_ends_by_target"),
        ]


class EdgeIndex(DerivedRow):
    """The last write to the index of an edge."""

    pk = models.CompositePrimaryKey("project_id", "edge")
    edge = models.UUIDField()
    write = models.JSONField()


class Mapping(DerivedRow):
    """The last confirmation of a pair of fields, in the order of `fold.effects.Pair`; `confirmed` is its value."""

    pk = models.CompositePrimaryKey("project_id", "facet_a", "field_a", "facet_b", "field_b")
    facet_a = models.CharField(max_length=MAX_NAME)
    field_a = models.CharField(max_length=MAX_NAME)
    facet_b = models.CharField(max_length=MAX_NAME)
    field_b = models.CharField(max_length=MAX_NAME)
    confirmed = models.BooleanField()
    write = models.JSONField()
