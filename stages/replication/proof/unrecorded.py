"""Why tables of the stage are not rebuilt from events."""

from __future__ import annotations

from typing import Final

TABLES: Final = {
    "replication_heldbundle": "as another site sent it; what became of it has its event (records of replication)",
    "replication_copiedevent": "the chain of another site, linked by its own hashes and sealed there",
    "replication_copiedcheckpoint": "sealed by another site, and recorded by record.copied (copies of home)",
    "replication_wantedcontent": "asked for by people; its bytes have the hash that an event or operation names",
}
