"""The fields of a version as a tree, whose texts are read from the database when they are wanted."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from blobs.models import Blob
from kernel.transactions import unavailable_on_timeout
from stages.runs.trees.errors import UnreadableFile
from stages.runs.trees.tree import DraftTree, TreeFile, too_large


class StoredTree(DraftTree):
    """As `DraftTree`, of fields by the SHA-256 of their texts. A version may be larger than what fits in memory.

    A thread that has no connection gives the one that it needs back after each text.
    """

    def __init__(self, hashes: Mapping[str, str]) -> None:
        super().__init__({})
        self._hashes = {name: hashes[name] for name in sorted(hashes)}
        sizes = dict(Blob.objects.filter(pk__in=set(hashes.values())).values_list("sha256", "size"))
        self._files = {
            name: TreeFile(name, sizes[sha256], too_large(sizes[sha256])) for name, sha256 in self._hashes.items()
        }

    def text(self, path: str) -> str:
        notice = self._files[path].notice
        if notice:
            raise UnreadableFile(path, notice)
        is_connected = connection.connection is not None
        try:
            with unavailable_on_timeout():
                return Blob.objects.get(pk=self._hashes[path]).text
        finally:
            if not is_connected:
                connection.close()
