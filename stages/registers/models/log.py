"""The log: bundles of signed operations. Append-only."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce

from projects.models import Project


class Bundle(models.Model):
    """Operations that count together or not at all, in the chain of their site.

    `arrival` is the order in which bundles came to this site. `header` is the canonical text, whose `bundle_id`,
    `site_key`, `number` and `undoes` are repeated here; `hash` covers it with all texts and signatures. `clock` is the
    full vector clock `{site key: HLC}`, the site itself left out. `first_hlc` and `first_op` are those of the first
    operation, by which bundles have their canonical order, `actor_key` is its author, and `hlc` that of the last
    operation. `received_from` is the key of the site that sent it, null for what was written here.
    """

    arrival = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    bundle_id = models.UUIDField()
    site_key = models.BinaryField()
    number = models.PositiveIntegerField()
    first_hlc = models.BinaryField()
    first_op = models.UUIDField()
    hlc = models.BinaryField()
    actor_key = models.BinaryField()
    undoes = models.UUIDField(null=True)
    count = models.PositiveIntegerField()
    header = models.TextField()
    hash = models.BinaryField()
    clock = models.JSONField()
    received_at = models.DateTimeField()
    received_from = models.BinaryField(null=True)

    project_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["arrival"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "hash"], name="registers_bundle_once"),
            models.UniqueConstraint(fields=["project", "site_key", "number"], name="registers_bundle_of_chain_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "bundle_id"], name="registers_bundle_by_id"),
            models.Index(fields=["project", "actor_key", "first_hlc"], name="registers_bundle_by_actor"),
        ]

    def __str__(self) -> str:
        return f"bundle {self.bundle_id}"


def _payload(*names: str) -> models.Expression:
    """The first of some members of the payload that the text of an operation has."""
    payload = KeyTransform("payload", Cast("text", models.JSONField()))
    members = [KeyTextTransform(name, payload) for name in names]
    return Coalesce(*members) if len(members) > 1 else members[0]


class Operation(models.Model):
    """One signed operation. `hlc` has 12 bytes, `signature` 64; `position` counts from 0 within the bundle.

    `kind`, `entity`, `facet` and `field` come from the payload: what it says first of these. `keys` are 64-bit hashes
    of everything under which the log finds the operation (`storing.hashing`).
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="operations", db_index=False)
    position = models.PositiveIntegerField()
    op_id = models.UUIDField()
    hlc = models.BinaryField()
    text = models.TextField()
    signature = models.BinaryField()
    keys = ArrayField(models.BigIntegerField())
    kind = models.GeneratedField(expression=_payload("type"), output_field=models.TextField(), db_persist=True)
    entity = models.GeneratedField(
        expression=Cast(
            _payload("entity_id", "edge_id", "survivor", "source", "parent_entity"), output_field=models.UUIDField()
        ),
        output_field=models.UUIDField(null=True),
        db_persist=True,
    )
    facet = models.GeneratedField(
        expression=_payload("facet_type", "facet_a"), output_field=models.TextField(null=True), db_persist=True
    )
    field = models.GeneratedField(
        expression=_payload("field_name", "field_a"), output_field=models.TextField(null=True), db_persist=True
    )

    project_id: UUID
    bundle_id: int

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bundle", "position"], name="registers_operation_position_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "hlc", "op_id"], name="registers_operation_order"),
            models.Index(fields=["project", "op_id"], name="registers_operation_by_id"),
            models.Index(fields=["project", "entity", "hlc"], name="registers_operation_by_entity"),
            # Without a list of pending entries, which every search would read.
            GinIndex(fields=["keys"], name="registers_operation_by_key", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.op_id}"
