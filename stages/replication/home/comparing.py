"""Two versions of home beside each other, from the texts that are here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from drafts.compare.budget import ROWS
from drafts.compare.comparison import Comparison
from drafts.compare.versions import compare_contents
from stages.replication.home.projection.versions import (
    CopiedVersion,
    contents_of,
    fields_at,
    here_of,
    readable_version,
    renames_between,
)
from stages.replication.home.texts import request_texts


@dataclass(frozen=True, slots=True)
class CopiedComparison:
    """What differs between two versions; `comparison` is None while `missing` of their texts are not here."""

    base: CopiedVersion
    target: CopiedVersion
    comparison: Comparison | None
    missing: int


def compare_versions(
    user: User, project_id: UUID, base: int, target: int, *, field: str | None = None, after: int = 0, rows: int = ROWS
) -> CopiedComparison:
    """Compare two versions of home, as `drafts.compare` does; texts that are not here are asked for.

    Raises `NotFound` for a version or field that the copy does not have or cannot show, `ValidationFailed` for no
    field's name.
    """
    old, new = readable_version(project_id, base), readable_version(project_id, target)
    olds, news = fields_at(project_id, old.seq), fields_at(project_id, new.seq)
    changed = {name for name in {*olds, *news} if olds.get(name) != news.get(name)}
    wanted = {held[name] for held in (olds, news) for name in changed if name in held}
    sizes = here_of(project_id, {*olds.values(), *news.values()})
    if missing := wanted - sizes.keys():
        request_texts(user, project_id, missing)
        return CopiedComparison(old, new, None, len(missing))
    found = compare_contents(
        contents_of(olds, sizes),
        contents_of(news, sizes),
        field,
        recorded=renames_between(project_id, old, new),
        reader=user.id,
        rows=rows,
        after=after,
    )
    return CopiedComparison(old, new, found, 0)
