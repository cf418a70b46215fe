"""The newest event of each chain, as a digest that reveals nothing to anyone who does not know the chain."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from kernel.canonical import canonical_hash

# The index on (chain, seq) is asked once per chain, however many events there are. One statement: one moment.
_HEADS = """
WITH RECURSIVE names AS (
    (SELECT chain FROM audit_event ORDER BY chain LIMIT 1)
    UNION ALL
    SELECT (SELECT e.chain FROM audit_event e WHERE e.chain > n.chain ORDER BY e.chain LIMIT 1)
    FROM names n WHERE n.chain IS NOT NULL
)
SELECT n.chain, h.seq, h.hash
FROM names n
CROSS JOIN LATERAL (
    SELECT e.seq, e.hash FROM audit_event e WHERE e.chain = n.chain ORDER BY e.seq DESC LIMIT 1
) h
WHERE n.chain IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a chain; `hash` is bare lowercase hex."""

    chain: str
    seq: int
    hash: str

    @property
    def digest(self) -> str:
        """SHA-256 of RFC 8785 `{chain, seq, hash}`."""
        return canonical_hash({"chain": self.chain, "seq": self.seq, "hash": self.hash})


def current_heads() -> list[Head]:
    """The newest event of every chain, as of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADS)
        return [Head(chain, seq, bytes(digest).hex()) for chain, seq, digest in cursor.fetchall()]
