"""The versions of home, as its events record them: hashes of every field, and the texts where they are here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Subquery
from django.utils.translation import gettext as _

from accounts.models import Person
from drafts.content import file_media, language_of
from drafts.draft import CONFIGURATION_MEDIA, PROMPT_MEDIA
from drafts.models import FieldContent
from kernel.errors import NotFound
from projects.fields import CONFIGURATION, PROMPT, file_path
from stages.replication.home.named import SAVED, kept_texts
from stages.replication.home.projection.facts import CopiedFact, facts_of, read_fact
from stages.replication.home.projection.shapes import Saved, fit
from stages.replication.models import CopiedEvent

_ORDER: Final = {PROMPT: 0, CONFIGURATION: 1}
# Of a copied event, as `read_fact` takes them.
_COLUMNS: Final = ("seq", "at", "action", "canonical")


@dataclass(frozen=True)
class CopiedVersion:
    """A version of home. `changes` maps each changed field to the SHA-256 before and after; None: there was none.

    Every version has one event, and the first one is number 1. Of one whose event does not say what versions are, or
    says another number, only the number and the time are known: it is not `is_readable`.
    """

    seq: int
    number: int
    at: datetime
    author: Person
    message: str = ""
    kind: str = ""
    source_version: int | None = None
    content_hash: str = ""
    changes: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    is_readable: bool = True

    @classmethod
    def of(cls, fact: CopiedFact, number: int) -> CopiedVersion:
        """The version that an event made, as the copy counts them."""
        saved = fit(Saved, fact.data)
        if saved is None or saved.version != number:
            return cls(fact.seq, number, fact.at, fact.person, is_readable=False)
        return cls(
            seq=fact.seq,
            number=number,
            at=fact.at,
            author=fact.person,
            message=saved.message,
            kind=saved.kind,
            source_version=saved.source_version,
            content_hash=saved.content_hash,
            changes={name: (each.before, each.after) for name, each in saved.fields.items()},
            renamed=saved.renamed or {},
        )

    @cached_property
    def fields(self) -> list[tuple[str, str | None]]:
        """The changed fields by their names; with each renamed file the name that it had before."""
        names = sorted(self.changes, key=lambda name: (_ORDER.get(name, 2), name))
        return [(name, self.renamed.get(name)) for name in names if name not in self.renamed.values()]


def count_versions(project_id: UUID) -> int:
    """How many versions the copy has."""
    return int(_saves(project_id).count())


def newest_versions(project_id: UUID, *, below: int | None = None, limit: int = 50) -> list[CopiedVersion]:
    """Versions, newest first; with `below` those before that number."""
    skipped = max(count_versions(project_id) - below + 1, 0) if below is not None else 0
    total = _saves(project_id).order_by().values("action").annotate(total=Count("pk")).values("total")
    rows = _saves(project_id).order_by("-seq").annotate(total=Subquery(total)).values_list("total", *_COLUMNS)
    return [
        CopiedVersion.of(read_fact(*row), count - skipped - at)
        for at, (count, *row) in enumerate(rows[skipped : skipped + limit])
    ]


def version_of(project_id: UUID, number: int) -> CopiedVersion:
    """One version. Raises `NotFound`."""
    rows = _saves(project_id).order_by("seq").values_list(*_COLUMNS)
    row = rows[number - 1 : number].first() if number >= 1 else None
    if row is None:
        raise NotFound(_("The copy has no version {version}.").format(version=number))
    return CopiedVersion.of(read_fact(*row), number)


def readable_version(project_id: UUID, number: int) -> CopiedVersion:
    """One version whose texts are known. Raises `NotFound`."""
    found = version_of(project_id, number)
    if not found.is_readable:
        raise NotFound(_("v{version} of home cannot be shown here.").format(version=number))
    return found


def fields_at(project_id: UUID, seq: int | None = None) -> dict[str, str]:
    """What the version that event `seq` made holds, the newest one for None: SHA-256 by field."""
    return _fold(project_id, seq)[0]


def is_whole_at(project_id: UUID, seq: int) -> bool:
    """Whether `fields_at` has everything: each version up to there could be read, and goes on from the one before."""
    return _fold(project_id, seq)[1]


def _fold(project_id: UUID, seq: int | None) -> tuple[dict[str, str], bool]:
    held: dict[str, str] = {}
    is_whole = True
    for fact in facts_of(project_id, SAVED, upto=seq):
        saved = fit(Saved, fact.data)
        changes = saved.fields if saved else {}
        is_whole &= saved is not None and all(held.get(name) == each.before for name, each in changes.items())
        for name, each in changes.items():
            if each.after is None:
                held.pop(name, None)
            else:
                held[name] = each.after
    return dict(sorted(held.items(), key=lambda item: (_ORDER.get(item[0], 2), item[0]))), is_whole


def renames_between(project_id: UUID, base: CopiedVersion, target: CopiedVersion) -> dict[str, str]:
    """New name → old name of the files that versions after `base`, up to `target`, renamed."""
    names: dict[str, str] = {}
    for fact in facts_of(project_id, SAVED, after=base.seq, upto=target.seq):
        saved = fit(Saved, fact.data)
        for new, old in (saved.renamed or {}).items() if saved else ():
            names[new] = names.pop(old, old)
    return names


def here_of(project_id: UUID, hashes: Iterable[str]) -> dict[str, int]:
    """The contents of the copy that are here, with their sizes in bytes."""
    return dict(kept_texts(project_id, hashes).values_list("sha256", "size"))


def contents_of(held: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, FieldContent]:
    """What a version holds, as comparisons take it. Events name no language: a file's is the one of its ending."""
    return {name: FieldContent(digest, *_media(name), sizes.get(digest, 0)) for name, digest in held.items()}


def _media(name: str) -> tuple[str, str | None]:
    if name == PROMPT:
        return PROMPT_MEDIA
    if name == CONFIGURATION:
        return CONFIGURATION_MEDIA
    return file_media(language_of(file_path(name)))


def _saves(project_id: UUID) -> Any:
    return CopiedEvent.objects.filter(project=project_id, action=SAVED)
