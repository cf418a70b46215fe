"""Where ranges of lines are in other texts, for many at once: those of comments, and of whoever asks `spans_of`.

Texts never change, so what was found once is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from blobs.models import Blob
from drafts.comments.anchors import LineMap, LineSpan, lines_of
from drafts.comments.models import Comment
from drafts.memory import Memory
from drafts.models import Draft
from drafts.renames import Renames
from projects.fields import FILES

# A place is some 400 bytes; this many are the comments of a few hundred projects.
MAX_KEPT: Final = 20_000


class Question(NamedTuple):
    """One range of one content (SHA-256), looked for in another content."""

    old: str
    new: str
    span: LineSpan
    quote: str


_memory: Memory[Question, LineSpan | None] = Memory(MAX_KEPT)


def fields_on(threads: Iterable[Comment], draft: Draft) -> dict[UUID, str]:
    """What the field of each thread is called on a version: a file may have another name than where it was made.

    At most one query; the threads have their versions at hand.
    """
    threads = list(threads)
    is_any_file = any(thread.field.startswith(FILES) for thread in threads)
    renames = Renames.of_project(draft.project_id) if is_any_file else Renames()
    return {
        thread.id: renames.name_in(draft.version_number, thread.field, of=thread.on_draft.version_number)
        if renames.steps
        else thread.field
        for thread in threads
    }


def positions(
    threads: Iterable[Comment], draft: Draft, fields: Mapping[UUID, str] | None = None
) -> dict[UUID, LineSpan | None]:
    """Where each thread that has an anchor stands on a version; None where its text is gone.

    `fields` are the fields' names there (`fields_on`), if the caller has them. Two queries at most besides, whatever
    the number of threads, versions and fields; old texts are read one by one.
    """
    threads = list(threads)
    fields = fields_on(threads, draft) if fields is None else fields
    return positions_in(threads, {thread.id: draft.sha256_of(fields[thread.id]) for thread in threads})


def positions_in(threads: Iterable[Comment], contents: Mapping[UUID, str | None]) -> dict[UUID, LineSpan | None]:
    """As `positions`, in the contents (SHA-256; None: there is none) that are given for the threads."""
    found: dict[UUID, LineSpan | None] = {}
    asked: dict[UUID, Question] = {}
    for thread in threads:
        if thread.from_line is None or thread.to_line is None or thread.content_id is None:
            continue
        span = LineSpan(thread.from_line, thread.to_line)
        here = contents[thread.id]
        if here == thread.content_id or here is None:
            found[thread.id] = span if here else None
        else:
            asked[thread.id] = Question(thread.content_id, here, span, thread.quote)
    answers = spans_of(set(asked.values()))
    return found | {identity: answers[question] for identity, question in asked.items()}


def spans_of(questions: set[Question]) -> dict[Question, LineSpan | None]:
    """Where each range is in the other content; None where its text is gone. Both contents are there.

    Two queries at most, whatever the number of ranges; old texts are read one by one.
    """
    known = _memory.recall(questions)
    by_old: defaultdict[str, list[Question]] = defaultdict(list)
    for question in questions - known.keys():
        by_old[question.old].append(question)
    if not by_old:
        return known
    wanted = {question.new for each in by_old.values() for question in each}
    news = {blob.sha256: lines_of(blob.text) for blob in Blob.objects.filter(sha256__in=wanted)}
    fresh: dict[Question, LineSpan | None] = {}
    for blob in Blob.objects.filter(sha256__in=list(by_old)).iterator(chunk_size=8):
        lines = lines_of(blob.text)
        maps: dict[str, LineMap] = {}
        for question in by_old[blob.sha256]:
            line_map = maps.get(question.new) or maps.setdefault(question.new, LineMap(lines, news[question.new]))
            fresh[question] = line_map.follow(question.span, question.quote)
    _memory.keep(fresh)
    return known | fresh
