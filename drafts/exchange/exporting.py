"""Exports a whole project as JSON lines (control c03), from a single REPEATABLE READ transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from django.db.models import Q

from audit.chain import first_prev_hash
from audit.models import SITE_CHAIN, Event, project_chain
from audit.rebuilding.facts import Fact
from audit.services import site_id
from blobs.models import Blob
from drafts.exchange import lines
from drafts.exchange.agreement import NAMING, People, named_by
from drafts.exchange.files import piece_lines
from drafts.exchange.registry import exported_contents, exported_rows
from drafts.models import Draft
from kernel.errors import NotFound
from kernel.transactions import one_moment
from locking.models import Lease
from projects.models import Member, Project


def export_project(*, project_id: UUID) -> Iterator[bytes]:
    """The lines of a project's file, one after the other; a project of any size needs little memory.

    Raises `NotFound`. Iterate in a thread without an open transaction, because this opens its own until the end.
    """
    digest = hashlib.sha256()
    count = 0
    with one_moment():
        project = Project.objects.select_related("created_by", "current_draft").filter(pk=project_id).first()
        if project is None:
            raise NotFound("Project not found.")
        for data in _lines(project):
            digest.update(data)
            count += 1
            yield data
    yield lines.encode(lines.EndLine(count, digest.hexdigest()))


def _lines(project: Project) -> Iterator[bytes]:
    people = _people(project)
    known: Iterable[lines.Line] = chain(
        [_header(project, people)],
        _blobs(project),
        piece_lines(project.id),
        _drafts(project, people),
        _events(project),
        _leases(project, people),
        _members(project, people),
    )
    yield from map(lines.encode, known)
    for kind, row in exported_rows(project.id):
        yield lines.encode_extension(kind, row)


def _people(project: Project) -> People:
    """The people as the events name them, so that the file has their names at that time even if they changed since."""
    people: People = {}
    created = Event.objects.filter(chain=SITE_CHAIN, target_type="project", target_id=str(project.id))
    named = Event.objects.of_project(project.id).filter(action__in=NAMING)
    for event in chain(created, named.iterator(chunk_size=2000)):
        people.update(named_by(Fact(event.chain, event.seq, event.at, event.record)))
    return people


def _header(project: Project, people: People) -> lines.Header:
    newest = Event.objects.of_project(project.id).last()
    head = bytes(newest.hash) if newest else first_prev_hash(project_chain(project.id))
    return lines.Header(
        format=lines.PROJECT_FORMAT,
        site=UUID(site_id()),
        exported_at=datetime.now(UTC),
        project=lines.ProjectFacts(
            id=project.id,
            name=project.name,
            description=project.description,
            is_private=project.is_private,
            status=project.status,
            created_at=lines.moment(project.created_at),
            created_by=lines.person(project.created_by, people.get(("project", str(project.id)))),
        ),
        current_version=project.current_draft.version_number if project.current_draft else 0,
        chain=lines.ExportedHead(newest.seq if newest else 0, head.hex()),
    )


def _blobs(project: Project) -> Iterator[lines.BlobLine]:
    """Every content of every version, and the files of earlier imports, each once."""
    hashes = sorted(_hashes(project))
    for number in range(0, len(hashes), 1000):
        sizes = dict(Blob.objects.filter(pk__in=hashes[number : number + 1000]).values_list("sha256", "size"))
        wanted = iter(hashes[number : number + 1000])
        while batch := list(_of_few_bytes(wanted, sizes)):
            found = Blob.objects.in_bulk(batch)
            for digest in batch:
                yield lines.BlobLine(digest, found[digest].size, found[digest].text)


def _of_few_bytes(hashes: Iterator[str], sizes: dict[str, int], limit: int = 4 * 1024 * 1024) -> Iterator[str]:
    size = 0
    for digest in hashes:
        yield digest
        size += sizes[digest]
        if size >= limit:
            return


def _hashes(project: Project) -> set[str]:
    found = set(exported_contents(project.id))
    for draft in Draft.objects.filter(project=project).iterator(chunk_size=500):
        found.update(content.sha256 for content in draft.fields.values())
    for event in Event.objects.of_project(project.id).filter(action="project.imported"):
        found.update(event.data["file"]["parts"])
    return found


def _drafts(project: Project, people: People) -> Iterator[lines.DraftLine]:
    drafts = Draft.objects.filter(project=project).select_related("author").order_by("version_number")
    for draft in drafts.iterator(chunk_size=500):
        yield lines.DraftLine(
            id=draft.id,
            version=draft.version_number,
            fields={
                name: lines.FieldFacts(content.sha256, content.media_type, content.language)
                for name, content in draft.fields.items()
            },
            author=lines.person(draft.author, people.get(("draft", str(draft.id)))),
            created_at=lines.moment(draft.created_at),
            message=draft.message,
            kind=draft.kind,
            source_version=draft.source_version,
            origin=draft.origin,
            changed_fields=draft.changed_fields,
            content_hash=draft.content_hash,
            renamed=draft.renamed,
        )


def _events(project: Project) -> Iterator[lines.EventLine]:
    about = Q(chain=SITE_CHAIN, target_type="project", target_id=str(project.id))
    for events in (
        Event.objects.filter(about).order_by("seq"),
        Event.objects.of_project(project.id),
    ):
        for event in events.iterator(chunk_size=2000):
            yield lines.EventLine(
                chain=event.chain,
                seq=event.seq,
                at=lines.moment(event.at),
                prev_hash=bytes(event.prev_hash).hex(),
                hash=bytes(event.hash).hex(),
                canonical=event.canonical,
            )


def _leases(project: Project, people: People) -> Iterator[lines.LeaseLine]:
    leases = Lease.objects.filter(project=project).select_related("user").order_by("token", "field")
    for lease in leases.iterator(chunk_size=2000):
        yield lines.LeaseLine(
            lease_id=lease.lease_id,
            field=lease.field,
            token=lease.token,
            user=lines.person(lease.user, people.get(("lease", lease.token))),
            session=lease.session_id,
            started_at=lines.moment(lease.started_at),
            ended_at=lines.moment(lease.ended_at) if lease.ended_at else None,
            end_reason=lease.end_reason,
        )


def _members(project: Project, people: People) -> Iterator[lines.MemberLine]:
    for member in Member.objects.filter(project=project).select_related("user").order_by("id"):
        user = lines.person(member.user, people.get(("member", str(member.user_id))))
        yield lines.MemberLine(user, member.role, lines.moment(member.added_at))
