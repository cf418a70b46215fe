"""The versions of home, as its events record them: hashes of every field, and the texts where they are here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Person
from drafts.content import file_media, language_of
from drafts.draft import CONFIGURATION_MEDIA, PROMPT_MEDIA
from drafts.models import FieldContent
from kernel.errors import NotFound
from projects.fields import CONFIGURATION, PROMPT, file_path
from stages.replication.home.named import SAVED, kept_texts
from stages.replication.home.projection.facts import CopiedFact, facts_of, read_fact
from stages.replication.models import CopiedEvent

_ORDER: Final = {PROMPT: 0, CONFIGURATION: 1}


@dataclass(frozen=True)
class CopiedVersion:
    """A version of home. `changes` maps each changed field to the SHA-256 before and after; None: there was none."""

    seq: int
    number: int
    at: datetime
    author: Person
    message: str
    kind: str
    source_version: int | None
    content_hash: str
    changes: Mapping[str, tuple[str | None, str | None]]
    renamed: Mapping[str, str]
    origin: Mapping[str, Any] | None

    @classmethod
    def of(cls, fact: CopiedFact) -> CopiedVersion:
        data = fact.data
        return cls(
            seq=fact.seq,
            number=data["version"],
            at=fact.at,
            author=fact.person,
            message=data["message"],
            kind=data["kind"],
            source_version=data["source_version"],
            content_hash=data["content_hash"],
            changes={name: (each["before"], each["after"]) for name, each in data["fields"].items()},
            renamed=data.get("renamed") or {},
            origin=data.get("origin"),
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
    saves = _saves(project_id).order_by("-seq")
    skipped = max(count_versions(project_id) - below + 1, 0) if below is not None else 0
    return [_version(row) for row in saves.values_list("seq", "at", "canonical")[skipped : skipped + limit]]


def version_of(project_id: UUID, number: int) -> CopiedVersion:
    """One version. Raises `NotFound`."""
    # Every version has one event, and the first one is number 1.
    rows = _saves(project_id).order_by("seq").values_list("seq", "at", "canonical")
    row = rows[number - 1 : number].first() if number >= 1 else None
    found = _version(row) if row is not None else None
    if found is None or found.number != number:
        raise NotFound(_("The copy has no version {version}.").format(version=number))
    return found


def fields_at(project_id: UUID, seq: int | None = None) -> dict[str, str]:
    """What the version that event `seq` made holds, the newest one for None: SHA-256 by field."""
    held: dict[str, str] = {}
    for fact in facts_of(project_id, SAVED, upto=seq):
        for name, each in fact.data["fields"].items():
            if each["after"] is None:
                held.pop(name, None)
            else:
                held[name] = each["after"]
    return dict(sorted(held.items(), key=lambda item: (_ORDER.get(item[0], 2), item[0])))


def renames_between(project_id: UUID, base: CopiedVersion, target: CopiedVersion) -> dict[str, str]:
    """New name → old name of the files that versions after `base`, up to `target`, renamed."""
    names: dict[str, str] = {}
    for fact in facts_of(project_id, SAVED, after=base.seq, upto=target.seq):
        for new, old in (fact.data.get("renamed") or {}).items():
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


def _version(row: tuple[int, datetime, str]) -> CopiedVersion:
    return CopiedVersion.of(read_fact(*row))
