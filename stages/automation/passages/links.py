"""The links of records to passages: where they are in a version, whether they are suspect, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drafts.models import Draft
from projects import field_names
from stages.automation.facets import PASSAGE
from stages.automation.passages.reading import Passage, Position, passages_of, positions_of
from stages.registers.fold.effects import Field, Key
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import SetField
from stages.registers.models import Edge
from stages.registers.reading.log import operations_on
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.traces import Trace, TracedEdge, trace
from stages.registers.schema import Relation

TEXT = "text"


@dataclass(frozen=True, slots=True)
class PassageLink:
    """A link from a record to a passage, as it is in a version.

    `confirmed_text` is what the passage said when the link was last confirmed, None where nobody knows.
    """

    edge: str
    relation: Relation
    record: Named
    passage: Passage
    position: Position
    trace: Trace
    confirmed_text: str | None

    @property
    def lines(self) -> str:
        """Where the passage is, as in L27–28; empty where its text is gone."""
        if (span := self.position.span) is None:
            return ""
        return f"L{span.from_line}" if span.from_line == span.to_line else f"L{span.from_line}–{span.to_line}"

    @property
    def is_gone(self) -> bool:
        return self.position.span is None

    @property
    def is_suspect(self) -> bool:
        """Whether one of its ends has changed since it was confirmed, or the text has and nobody has noted it yet."""
        return self.trace.suspect or self.position.text != self.passage.text

    @property
    def before(self) -> str:
        """What the text is compared with: of a part of lines that has changed, the whole lines as they were."""
        is_first = self.confirmed_text == self.passage.quote
        return (self.position.lines if is_first else "") or self.confirmed_text or ""

    @property
    def has_changed(self) -> bool:
        """Whether it is the passage that has changed since the link was confirmed."""
        return self.confirmed_text is not None and self.position.text != self.confirmed_text


def passage_links(reader: Reader, draft: Draft) -> list[PassageLink]:
    """The links of a project to passages by field and line in a version; those whose text is gone come last."""
    passages = {each.record: each for each in passages_of(reader.project_id)}
    edges = [
        TracedEdge(str(edge), type_, str(source), str(target))
        for edge, type_, source, target in Edge.objects.filter(
            project_id=reader.project_id, target__in=list(passages), shown=True
        ).values_list("id", "type", "source", "target")
    ]
    positions = positions_of((passages[each] for each in {edge.target for edge in edges}), draft)
    names = names_of(reader, [edge.source for edge in edges])
    traces = trace(reader, edges)
    texts = _confirmed_texts(reader, edges, traces)
    found = [
        PassageLink(
            each.edge,
            reader.schema.relations.get(each.type, Relation(each.type)),
            names[each.source],
            passages[each.target],
            positions[each.target],
            traces[each.edge],
            # Of a link that is not suspect, the last confirmation has seen what the passage says.
            texts.get(each.edge, passages[each.target].text),
        )
        for each in edges
    ]
    fields = {name: at for at, name in enumerate(field_names.in_order({each.position.field for each in found}))}

    def place(each: PassageLink) -> tuple[int, bool, tuple[int, ...], str]:
        return fields[each.position.field], each.is_gone, each.position.span or (), each.edge

    return sorted(found, key=place)


def _confirmed_texts(reader: Reader, edges: Iterable[TracedEdge], traces: Mapping[str, Trace]) -> dict[str, str | None]:
    """What each passage said when its link was last confirmed, of suspect links."""
    suspect = [each for each in edges if traces[each.edge].suspect and traces[each.edge].confirmed]
    written = operations_on(reader.project_id, [Key("field", Field(each.target, PASSAGE, TEXT)) for each in suspect])
    found: dict[str, str | None] = {}
    for each in suspect:
        last = traces[each.edge].confirmed[0].moment
        for operation in written:
            if _sets_text(operation, each.target) and last.had_seen(operation.site, operation.hlc):
                assert isinstance(operation.payload, SetField)
                found[each.edge] = operation.payload.value
    return found


def _sets_text(operation: Operation, record: str) -> bool:
    payload = operation.payload
    return isinstance(payload, SetField) and (payload.entity_id, payload.field_name) == (record, TEXT)
