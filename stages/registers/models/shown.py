"""What registers show: records, their rows in tables, edges and conflicts. Computed again by `rebuild_registers`."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stages.registers.models.derived import MAX_NAME, DerivedRow
from stages.registers.models.log import Bundle

MAX_INDEX = 200


class Record(DerivedRow):
    """A record, alive or not; `id` is the entity that it is shown by.

    `facts` are those of `fold.facts.RecordFacts`, as `storing.spelling` writes them; `digest` (32 bytes) is what the
    state hash covers of it.
    """

    pk = models.CompositePrimaryKey("project_id", "id")
    id = models.UUIDField()
    alive = models.BooleanField()
    facts = models.JSONField()
    digest = models.BinaryField()
    conflict_count = models.PositiveIntegerField()


class Row(DerivedRow):
    """A record that lives, as it is shown in one table.

    `shown` has the value of each field that has one, of texts in which several write the text. `conflicts` names the
    fields with values that stand side by side. `key_number` is the number at the end of the field `key`, such as 12 of
    REQ-12, and `changed` (12 bytes) the HLC of the bundle that changed this row last. `search` has the words of all
    texts, and the project as one (`drafts.search.words`).
    """

    pk = models.CompositePrimaryKey("project_id", "facet", "record")
    facet = models.CharField(max_length=MAX_NAME)
    record = models.UUIDField()
    key_number = models.BigIntegerField(null=True)
    shown = models.JSONField()
    conflicts = ArrayField(models.CharField(max_length=MAX_NAME))
    search = SearchVectorField()
    changed = models.BinaryField()

    class Meta(DerivedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "record"], name="registers_row_of_record"),
            models.Index(fields=["project", "facet", "key_number"], name="registers_row_by_number"),
            GinIndex(fields=["search"], name="registers_row_words"),
            GinIndex(fields=["shown"], opclasses=["jsonb_path_ops"], name="registers_row_values"),
        ]


class Edge(DerivedRow):
    """An edge; `source` and `target` are the records at which it ends now, and `type` is empty where it has none.

    It is `shown` while it lives, both ends live, and they are two records. `facts` and `digest` are like a record's.
    """

    pk = models.CompositePrimaryKey("project_id", "id")
    id = models.UUIDField()
    type = models.CharField(max_length=MAX_NAME, blank=True)
    source = models.UUIDField()
    target = models.UUIDField()
    shown = models.BooleanField()
    index = models.CharField(max_length=MAX_INDEX, null=True, db_collation="C")  # noqa: DJ001 (unordered ones have none)
    properties = models.JSONField()
    facts = models.JSONField()
    digest = models.BinaryField()
    conflict_count = models.PositiveIntegerField()

    class Meta(DerivedRow.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "source", "type", "index"], name="registers_edge_by_source"),
            models.Index(fields=["project", "target", "type"], name="registers_edge_by_target"),
        ]


class Conflict(models.Model):
    """Something that nobody had decided when it was opened; open until `resolved_at`.

    `kind`, `subject`, `facet`, `field` and `values` are those of `fold.views.Conflict`; `id` is made of the bundle that
    opened it and of these but the values, which change while it is open.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    facet = models.CharField(max_length=MAX_NAME, blank=True)
    field = models.CharField(max_length=MAX_NAME, blank=True)
    values = ArrayField(models.TextField())
    opened_at = models.DateTimeField(help_text=_("When the bundle came to this site."))
    opened_by = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="+", db_index=False)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(Bundle, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["opened_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "kind", "subject", "facet", "field"],
                condition=Q(resolved_at__isnull=True),
                name="registers_conflict_open_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "subject"], name="registers_conflict_of"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"
