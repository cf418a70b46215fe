"""The authors of a release: those who wrote its contents, and those who saved since the last release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import Kind, User
from audit.models import Event
from blobs.models import sha256_of
from drafts.models import Draft, DraftKind
from publishing.models import Release, ReleaseQuerySet, ReleaseState

# An empty text has no writer, and filling one does not build on its earlier content.
_EMPTY: Final = sha256_of(b"")
_RESTORING: Final = frozenset({DraftKind.REVERT.value, DraftKind.UNDO.value, DraftKind.REDO.value})
_CHANGES: Final = """
SELECT version_number, author_id, kind, name, CASE name WHEN 'prompt_text' THEN prompt_id
    WHEN 'model_configuration' THEN configuration_id ELSE files -> substr(name, 7) ->> 'sha256' END,
    ARRAY(SELECT jsonb_path_query(origin, '$.contributors[*].id ? (@ != null)') #>> '{}')
FROM drafts_draft, unnest(changed_fields) AS name WHERE project_id = %s AND version_number <= %s
ORDER BY version_number
"""


@dataclass(slots=True)
class _Origin:
    """The origin of a content: its writers, and the contents that they changed into it."""

    writers: set[UUID] = field(default_factory=set)
    made_from: set[str] = field(default_factory=set)


def released_before(draft: Draft) -> Release | None:
    """The release of the newest earlier version: the base of this version's changes."""
    return _released_below(draft).order_by("-draft__version_number", "-id").first()


def authors_of(draft: Draft) -> list[UUID]:
    """The authors of a release: the writers of its text, and all who saved since the release before this version.

    The writers of a content are those who saved or imported it in any earlier version and field, those who wrote it
    where it came from, such as a proposal, and those whose unreleased text they changed into it. Bringing a content
    back by revert, undo or redo does not count as writing.
    Counted from the newest released version below, so that releasing a version again has the same authors.
    """
    before = [release.draft for release in _released_below(draft)]
    base = max((released.version_number for released in before), default=0)
    versions = Draft.objects.filter(
        project_id=draft.project_id, version_number__gt=base, version_number__lte=draft.version_number
    )
    saved = set[UUID]()
    for author, origin in versions.order_by().values_list("author_id", "origin"):
        saved |= {author, *contributors_of(origin)}
    covered = {content for released in before for content in _contents(released)}
    return sorted(saved | _writers(_contents(draft), _origins(draft), covered))


def contributors_of(origin: Mapping[str, Any] | None) -> set[UUID]:
    """The people who wrote what a version was made from, by its origin."""
    return {UUID(each["id"]) for each in (origin or {}).get("contributors", ()) if each["id"] is not None}


def can_any_sign(authors: list[UUID]) -> bool:
    """Whether one of the authors is a person with an open account: agents and services never sign (c23)."""
    return any(can_sign(person) for person in User.objects.filter(pk__in=authors))


def can_sign(person: User) -> bool:
    """Whether this is a person with an open account."""
    return person.is_active and person.kind == Kind.HUMAN


def _released_below(draft: Draft) -> ReleaseQuerySet:
    released = Release.objects.filter(
        project_id=draft.project_id, state=ReleaseState.RELEASED, draft__version_number__lt=draft.version_number
    )
    return released.select_related("draft")


def _contents(draft: Draft) -> set[str]:
    return {content.sha256 for content in draft.fields.values()} - {_EMPTY}


def _writers(contents: Iterable[str], origins: Mapping[str, _Origin], covered: set[str]) -> set[UUID]:
    """The writers of these contents and of the unreleased contents from which they were made."""
    pending, seen, writers = list(contents), set(contents), set[UUID]()
    while pending:
        origin = origins.get(pending.pop())
        if origin is not None:
            writers |= origin.writers
            more = origin.made_from - seen - covered
            seen |= more
            pending += more
    return writers


def _origins(draft: Draft) -> dict[str, _Origin]:
    """The origin of every content that any field had up to this version, by its hash."""
    origins: defaultdict[str, _Origin] = defaultdict(_Origin)
    held: dict[str, str | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [draft.project_id, draft.version_number])
        rows = cursor.fetchall()
    imported = any(kind == DraftKind.IMPORT for _version, _author, kind, _name, _content, _contributors in rows)
    first_writers = _imported_from(draft) if imported else {}
    for version, author, kind, name, content, contributors in rows:
        before, held[name] = held.get(name), content
        if content is None or kind in _RESTORING:
            continue
        origin = origins[content]
        origin.writers |= {author, *map(UUID, contributors), *first_writers.get(version, ())}
        if before is not None and before not in (content, _EMPTY):
            origin.made_from.add(before)
    return dict(origins)


def _imported_from(draft: Draft) -> dict[int, set[UUID]]:
    """The accounts on this site of the original authors of imported versions, by version.

    A project's file names them by id, a repository by e-mail address. Versions that brought a content back do not count
    as writing, as in `authors_of`.
    """
    imported = Draft.objects.of_project(draft.project_id).filter(
        kind=DraftKind.IMPORT, version_number__lte=draft.version_number
    )
    targets = [str(identity) for identity in imported.values_list("id", flat=True)]
    events = Event.objects.of_project(draft.project_id).filter(action="draft.saved", target_id__in=targets)
    named = {event.data["version"]: set(_named(event.data["import"])) for event in events}
    wanted = set[UUID | str]().union(*named.values())
    accounts = User.objects.alias(address=Lower("email")).filter(
        Q(pk__in={name for name in wanted if isinstance(name, UUID)})
        | Q(address__in={name for name in wanted if isinstance(name, str)})
    )
    people: defaultdict[UUID | str, set[UUID]] = defaultdict(set)
    for account in accounts:
        people[account.id].add(account.id)
        people[account.email.lower()].add(account.id)
    return {version: set[UUID]().union(*(people[name] for name in names)) for version, names in named.items()}


def _named(facts: object) -> Iterator[UUID | str]:
    """The authors of the original, and of its own original, according to an import: ids, or addresses in lower case.

    Anybody may have made the file, so its data may have any form.
    """
    while isinstance(facts, dict):
        author = facts.get("author")
        if isinstance(author, dict) and facts.get("kind") not in _RESTORING:
            address = author.get("email")
            if isinstance(address, str) and address:
                yield address.lower()
            with suppress(ValueError):
                yield UUID(str(author.get("id")))
        contributors = facts.get("contributors")
        for each in contributors if isinstance(contributors, list) else ():
            with suppress(ValueError):
                yield UUID(str(each))
        facts = facts.get("import")
