"""Rows of the permission matrix: the copied record. The projects of the matrix are at home here, and so have none."""

from __future__ import annotations

from typing import Final

from tests.matrix import OTHER, Row

HERE: Final = "home/"
NOT_COPIED: Final = "not_found"
BLAKE3: Final = "ab" * 32

REST: Final = (
    Row("api_home", "GET", HERE, NOT_COPIED),
    Row("api_home_versions", "GET", f"{HERE}versions/", NOT_COPIED),
    Row("api_home_version", "GET", f"{HERE}versions/1/", NOT_COPIED),
    Row("api_home_text", "GET", f"{HERE}versions/1/text/?field=prompt_text", NOT_COPIED),
    Row("api_home_compare", "GET", f"{HERE}compare/?base=1&target=2", NOT_COPIED),
    Row("api_home_releases", "GET", f"{HERE}releases/", NOT_COPIED),
    Row("api_home_leases", "GET", f"{HERE}leases/", NOT_COPIED),
    # No record names it.
    Row("api_home_file", "GET", f"{HERE}files/{BLAKE3}/", "not_found"),
)
PAGES: Final = (
    Row("replication_home:overview", "GET", HERE, NOT_COPIED),
    Row("replication_home:versions", "GET", f"{HERE}versions/", NOT_COPIED),
    Row("replication_home:version", "GET", f"{HERE}versions/1/", NOT_COPIED),
    Row("replication_home:compare", "GET", f"{HERE}compare/", NOT_COPIED),
    Row("replication_home:compare_fold", "GET", f"{HERE}compare/fold/?base=1&field=prompt_text", NOT_COPIED),
    Row("replication_home:releases", "GET", f"{HERE}releases/", NOT_COPIED),
    Row("replication_home:release", "GET", f"{HERE}releases/{OTHER}/", NOT_COPIED),
    Row("replication_home:leases", "GET", f"{HERE}leases/", NOT_COPIED),
    Row("replication_home:file", "GET", f"{HERE}files/{BLAKE3}/", "not_found"),
)
# Their queries are counted at a replica (`tests/replication/home/test_pages.py`).
NO_PAGES: Final = tuple(row.name for row in PAGES)
