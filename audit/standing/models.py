"""What the verifier last said of a chain. A note, not a record: it may be made anew at any moment."""

from __future__ import annotations

from django.db import models


class Standing(models.Model):
    """How far a chain verified when it was last walked, from its beginning.

    `seq` and `hash` (hex) are those of the last event that fitted; `fault` says what is wrong with the next one, empty
    where the chain had no further event. `records_fault` says what of the records that the chain tells of is not as it
    tells them. `not_compared` counts the facts that its older events do not tell.
    """

    chain = models.TextField(primary_key=True, editable=False)
    seq = models.BigIntegerField(editable=False)
    hash = models.CharField(max_length=64, editable=False)
    fault = models.TextField(blank=True, editable=False)
    records_fault = models.TextField(blank=True, db_default="", editable=False)
    not_compared = models.BigIntegerField(db_default=0, editable=False)
    verified_at = models.DateTimeField(editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.chain} verified up to {self.seq}"

    @property
    def is_broken(self) -> bool:
        return bool(self.says)

    @property
    def says(self) -> str:
        """What is wrong, of the chain or of its records; empty where nothing is."""
        return self.fault or self.records_fault
