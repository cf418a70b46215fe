"""What the verifier last said of a chain. A note, not a record: it may be made anew at any moment.

It is sealed with the site's secret, which is in no database: who can only write to the table cannot note that a chain
was verified.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.core.signing import BadSignature, Signer
from django.db import models

from audit.keys.text import rfc3339
from kernel.canonical import canonical


class StandingQuerySet(models.QuerySet["Standing"]):
    def sealed(self, chains: Iterable[str] | None = None) -> dict[str, Standing]:
        """The notes that count, by chain: those that Foundry wrote."""
        rows = self if chains is None else self.filter(chain__in=list(chains))
        return {each.chain: each for each in rows.order_by("chain") if each.is_sealed}


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
    seal = models.CharField(max_length=64, db_default="", editable=False)

    objects: ClassVar[StandingQuerySet] = StandingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.chain} verified up to {self.seq}"

    def set_seal(self) -> None:
        """Seal what the note says now."""
        self.seal = _signer().signature(self._text)

    @property
    def is_sealed(self) -> bool:
        """Whether Foundry wrote this, word for word."""
        try:
            _signer().unsign(f"{self._text}:{self.seal}")
        except BadSignature:
            return False
        return True

    @property
    def _text(self) -> str:
        said = {"chain": self.chain, "seq": self.seq, "hash": self.hash, "not_compared": self.not_compared}
        faults = {"fault": self.fault, "records_fault": self.records_fault}
        return canonical({**said, **faults, "verified_at": rfc3339(self.verified_at)})

    @property
    def is_broken(self) -> bool:
        return bool(self.says)

    @property
    def says(self) -> str:
        """What is wrong, of the chain or of its records; empty where nothing is."""
        return self.fault or self.records_fault


def _signer() -> Signer:
    return Signer(salt="audit.standing")
