"""The last verification of each chain. A cache, not a record: it can be made again at any time.

Each row is signed with the site's secret, which is not in the database, so that write access to the table is not enough
to claim that a chain was verified.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.core.signing import BadSignature, Signer
from django.db import models

from audit.keys.text import rfc3339
from kernel.canonical import canonical


class ChainVerificationQuerySet(models.QuerySet["ChainVerification"]):
    def sealed(self, chains: Iterable[str] | None = None) -> dict[str, ChainVerification]:
        """The rows whose signature is valid, by chain."""
        rows = self if chains is None else self.filter(chain__in=list(chains))
        return {each.chain: each for each in rows.order_by("chain") if each.is_sealed}


class ChainVerification(models.Model):
    """The result of verifying one chain from its beginning.

    `seq` and `hash` (hex) are those of the last valid event; `fault` says what is wrong with the next one and is empty
    where there is none. `records_fault` is the first record that differs from the chain's events. `not_compared` counts
    the facts that older events do not contain.
    """

    chain = models.TextField(primary_key=True, editable=False)
    seq = models.BigIntegerField(editable=False)
    hash = models.CharField(max_length=64, editable=False)
    fault = models.TextField(blank=True, editable=False)
    records_fault = models.TextField(blank=True, db_default="", editable=False)
    not_compared = models.BigIntegerField(db_default=0, editable=False)
    verified_at = models.DateTimeField(editable=False)
    seal = models.CharField(max_length=64, db_default="", editable=False)

    objects: ClassVar[ChainVerificationQuerySet] = ChainVerificationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        # The name that the table had before the model was renamed.
        db_table = "audit_standing"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.chain} verified up to {self.seq}"

    def set_seal(self) -> None:
        """Sign the row as it is now."""
        self.seal = _signer().signature(self._text)

    @property
    def is_sealed(self) -> bool:
        """Whether the signature fits the row."""
        try:
            _signer().unsign(f"{self._text}:{self.seal}")
        except BadSignature:
            return False
        return True

    @property
    def _text(self) -> str:
        position = {"chain": self.chain, "seq": self.seq, "hash": self.hash, "not_compared": self.not_compared}
        faults = {"fault": self.fault, "records_fault": self.records_fault}
        return canonical({**position, **faults, "verified_at": rfc3339(self.verified_at)})

    @property
    def is_broken(self) -> bool:
        return bool(self.problem)

    @property
    def problem(self) -> str:
        """What is wrong with the chain or with its records; empty where nothing is."""
        return self.fault or self.records_fault


def _signer() -> Signer:
    # The salt of the rows that exist already.
    return Signer(salt="audit.standing")
