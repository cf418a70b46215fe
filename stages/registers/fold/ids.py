"""Ids that two sites give to the same table, column, relation or view without asking each other."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from kernel.canonical import canonical

TABLE: Final = "foundry.table"
COLUMN: Final = "foundry.column"
RELATION: Final = "foundry.relation"
SAVED_VIEW: Final = "foundry.saved_view"


def schema_id(project: str, facet: str, *names: str) -> str:
    """The entity id of a record of the schema, such as the table of a name, or the column of a table and a name.

    The first 16 bytes of SHA-256 of RFC 8785 `[project, facet, name]` (a column: `[project, facet, table, name]`), with
    version 7 and the variant of RFC 9562 set.
    """
    return _uuid7_of(canonical([project, facet, *names]))


def pair_id(pair: tuple[tuple[str, str], tuple[str, str]]) -> str:
    """The id of a mapping of two fields, under which it is hashed."""
    return _uuid7_of(canonical([*pair[0], *pair[1]]))


def _uuid7_of(text: str) -> str:
    digest = bytearray(hashlib.sha256(text.encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x70
    digest[8] = (digest[8] & 0x3F) | 0x80
    return str(UUID(bytes=bytes(digest)))
