"""Passages: lines of a field are linked to a record, and follow their text from version to version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.callers import Caller, foundry_caller
from blobs.models import sha256_of
from drafts.comments.inputs import CommentTarget, read_target
from drafts.models import Draft
from kernel.errors import Conflict, NotFound, ValidationFailed
from projects.models import Project, Status
from projects.permissions import OPEN_OR_REPLICA
from projects.writing import upkeep_write
from stages.automation.facets import PASSAGE, record_id
from stages.automation.jobs import queue_following
from stages.automation.passages.reading import MAX_PASSAGE, changed_passages
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import CreateEdge, Payload, SetField
from stages.registers.models import Edge, Operation
from stages.registers.schema import Schema
from stages.registers.services import Written, write_bundle
from stages.registers.services.joining import write_bundle_within
from stages.registers.verbs import schema_records
from stages.registers.verbs.finding import edge_of, make_id, record_of
from stages.registers.verbs.links import confirm_links, find_link, relation_of


@dataclass(frozen=True, slots=True)
class Linked:
    """The bundle of a link, and the ids of the record, the passage and the link."""

    written: Written
    record: str
    passage: str
    edge: str


def link_passage(
    *,
    caller: Caller,
    project_id: UUID,
    record: str,
    relation: str | None,
    field: str,
    version: int,
    from_line: int,
    to_line: int,
    quote: str = "",
) -> Linked:
    """Link a record to lines of a field as they are in a version.

    Lines are 1-based and inclusive; `quote` is the selected part of them (default: the whole lines). The same lines of
    the same text are one passage, whoever links to them. Raises `ValidationFailed` for what is not there, `NotFound`
    for the record, `Conflict` for a link that is there.
    """
    given = {"field": field, "version": version, "from_line": from_line, "to_line": to_line, "quote": quote}
    edge, passages = make_id(), []

    def payloads(acts: Acts, schema: Schema) -> list[Payload]:
        place = _place(project_id, given)
        passage = _id_of(project_id, place)
        passages.append(passage)
        source = _check_link(acts, schema, record, relation)
        if known := find_link(acts, source, passage, relation):
            raise Conflict(_("There is this link already."), edge=known.id)
        link = CreateEdge(edge, source, passage, relation, {})
        there = acts.increment.storage.records.get(passage)
        if there is not None and there.alive:
            return [link]
        # It may have been read in an older version: what has changed since is noticed at once.
        queue_following(project_id)
        return [*schema_records.put(acts, passage, PASSAGE, _values(place)), link]

    written = write_bundle(
        caller=caller,
        project_id=project_id,
        payloads=payloads,
        parameters={"verb": "link_passage", "record": record, "relation": relation, **given},
        system={PASSAGE},
    )
    return _linked_before(written, project_id) if written.repeated else Linked(written, record, passages[-1], edge)


def unlink_passage(*, caller: Caller, project_id: UUID, edge: str) -> Written:
    """Remove a link to a passage, and the passage with its last one. Raises `NotFound`."""

    def payloads(acts: Acts, _schema: Schema) -> list[Payload]:
        found = edge_of(acts, edge)
        passage = acts.increment.storage.records.get(found.facts.target)
        if passage is None or PASSAGE not in passage.fields:
            raise NotFound(_("There is no such link to a passage."))
        others = [each for each in acts.increment.storage.edges_at(passage.id) if each != found.id]
        shown = (acts.increment.storage.edges.get(each) for each in others)
        kept = any(each is not None and each.shown for each in shown)
        return [*acts.unlink(found.id), *([] if kept else schema_records.remove(acts, [passage.id]))]

    parameters = {"verb": "unlink_passage", "edge": edge}
    return write_bundle(
        caller=caller, project_id=project_id, payloads=payloads, parameters=parameters, system={PASSAGE}
    )


def confirm_passage(*, caller: Caller, project_id: UUID, edge: str) -> Written:
    """Say of a link to a passage that it holds, for what the passage says in the current version."""

    def payloads(acts: Acts, schema: Schema) -> list[Payload]:
        found = edge_of(acts, edge)
        draft = Draft.objects.filter(project__current_draft=F("pk"), project=project_id).first()
        changed = changed_passages(draft, {found.facts.target}) if draft is not None else {}
        # What has changed may not be noted yet; noted later, it would make the link suspect again.
        return [*_say(changed, acts, schema), *confirm_links(acts, schema, [edge])]

    parameters = {"verb": "confirm_passage", "edge": edge}
    return write_bundle(
        caller=caller, project_id=project_id, payloads=payloads, parameters=parameters, system={PASSAGE}
    )


def follow_passages(project_id: UUID) -> Written | None:
    """Write what passages say in the current version where that has changed: links to them are suspect then.

    One bundle of Foundry; None where nothing has changed, and in a project that nobody may write in. Texts are compared
    before the project is locked, again where a version was written meanwhile.
    """
    while True:
        draft = Draft.objects.filter(project__current_draft=F("pk"), project=project_id).first()
        changed = changed_passages(draft) if draft is not None else {}
        if draft is None or not changed:
            return None
        with upkeep_write(caller=foundry_caller(), project_id=project_id) as write:
            if Status(write.project.status) not in OPEN_OR_REPLICA:
                return None
            if write.project.current_draft_id == draft.id:
                return write_bundle_within(write, partial(_say, changed), system={PASSAGE})


def _say(changed: Mapping[str, str | None], acts: Acts, _schema: Schema) -> list[Payload]:
    """What passages say now, by their records; those that were removed meanwhile are left out."""
    records = {record: acts.increment.storage.records.get(record) for record in changed}
    living = (record for record, found in records.items() if found is not None and found.alive)
    return [SetField(record, PASSAGE, "text", changed[record]) for record in living]


def _place(project_id: UUID, given: Mapping[str, Any]) -> CommentTarget:
    """Lines of a field of a version that are there. Raises `ValidationFailed` naming the member."""
    anchor = {name: given[name] for name in ("from_line", "to_line")} | {"quote": given["quote"] or None}
    project = Project.objects.get(pk=project_id)
    try:
        place = read_target(project, version=given["version"], target_field=given["field"], anchor=anchor)
    except ValidationFailed as refusal:
        names = {"target_field": "field"}
        errors = {names.get(name, name.removeprefix("anchor.")): each for name, each in refusal.errors.items()}
        raise ValidationFailed(errors) from None
    if len(place.quote) > MAX_PASSAGE:
        problem = _("At most {most} characters. Choose fewer lines.").format(most=MAX_PASSAGE)
        raise ValidationFailed({"to_line": [problem]})
    return place


def _values(place: CommentTarget) -> dict[str, Any]:
    """What the record of a passage shows at first."""
    assert place.draft is not None
    assert place.span is not None
    return {
        "field": place.field,
        "version": place.draft.version_number,
        **place.span._asdict(),
        "quote": place.quote,
        "text": place.quote,
    }


def _id_of(project_id: UUID, place: CommentTarget) -> str:
    """The same for the same lines of the same text of a field, at every site."""
    named = "|".join((place.field, str(place.content_id), *map(str, place.span or ()), sha256_of(place.quote.encode())))
    return record_id(project_id, PASSAGE, named)


def _check_link(acts: Acts, schema: Schema, record: str, type_: str | None) -> str:
    """The record that a link to a passage may lead from. Raises `NotFound`, and `ValidationFailed` for the relation."""
    found = record_of(acts, record)
    relation = relation_of(schema, type_)
    if relation is not None and relation.target not in ("", PASSAGE):
        words = _("“%(relation)s” leads to no passages.")
        raise ValidationFailed({"relation": [words % {"relation": relation.label}]})
    if relation is not None and relation.source and relation.source not in found.fields:
        words = _("“%(relation)s” leads from records of %(table)s only.")
        raise ValidationFailed({"relation": [words % {"relation": relation.label, "table": relation.source}]})
    return found.id


def _linked_before(written: Written, project_id: UUID) -> Linked:
    """The answer to a request that was answered before."""
    edges = Operation.objects.filter(project=project_id, bundle__bundle_id=written.bundle_id, kind="CreateEdge")
    edge = str(edges.values_list("entity", flat=True)[0])
    source, target = Edge.objects.values_list("source", "target").get(project_id=project_id, id=edge)
    return Linked(written, str(source), str(target), edge)
