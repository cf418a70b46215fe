"""What the dialog for promoting shows: the choices, the difference, who contributed, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.compare.text import CONTEXT, TextDifference, compare_texts
from drafts.models import MAX_MESSAGE, Draft
from drafts.reading import text_of
from kernel.errors import ValidationFailed
from locking.models import Lease
from projects import field_names
from projects.access import Access
from projects.fields import CONFIGURATION, PROMPT
from projects.models import Status
from projects.permissions import allowed
from stages.pads.contributors import Contributor, by_share, has_inserted, imported_from
from stages.pads.loading import PadText, read_text
from stages.pads.models import Pad
from stages.pads.pages.sections import Lines, Section, count_lines, lines_of, sections_of, trimmed
from stages.pads.promotion import Promotion, read_promotion
from stages.pads.ranges import Range
from workspace.compare.rows import ComparedRows, compared_rows

ALL: Final = "all"
# More changed lines than these are left to the comparison of the versions.
MAX_ROWS: Final = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for. `selection` is what was selected in the editor, if anything."""

    revision: int
    part: str
    selection: Range | None
    into: str
    session_id: UUID | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class LockState:
    """Who holds the field: `free`, `yours` (in this window), `elsewhere` (yours), `theirs`, or why nobody may."""

    state: str
    holder: User | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContributorRow:
    """One contributor, with what they did where they wrote nothing of the part."""

    person: User
    characters: int
    words: str


class PromoteForm:
    """The dialog for one reader; everything is read when it is asked for."""

    def __init__(self, access: Access, pad: Pad, user: User, wanted: Wanted) -> None:
        self.access, self.pad, self.user, self.wanted = access, pad, user, wanted
        self.current: Draft | None = access.project.current_draft
        self.base_version = self.current.version_number if self.current else 0

    @cached_property
    def found(self) -> PadText:
        return read_text(self.pad.id, self.wanted.revision)

    @cached_property
    def part(self) -> Range | None:
        return None if self.wanted.part == ALL else trimmed(self.found.text, read_range(self.wanted.part, "part"))

    @cached_property
    def pad_sections(self) -> list[Section]:
        return sections_of(self.found.text, self.pad.language)

    @property
    def line_count(self) -> int:
        return count_lines(self.found.text)

    @cached_property
    def part_choices(self) -> list[Choice]:
        """All of the pad, what is selected, and its sections."""
        options = {ALL: _("All of it, {lines}").format(lines=words_of(Lines(1, self.line_count)))}
        if self.wanted.selection is not None:
            selected = trimmed(self.found.text, self.wanted.selection)
            words = words_of(lines_of(self.found.text, selected))
            options[str(selected)] = _("Selection, {lines}").format(lines=words)
        options |= {str(each.part): f"{each.title}, {words_of(each.lines)}" for each in self.pad_sections}
        chosen = str(self.part or ALL)
        if chosen not in options:
            options[chosen] = _("Selection, {lines}").format(lines=words_of(lines_of(self.found.text, self.part)))
        return [Choice(value, label, value == chosen) for value, label in options.items()]

    @cached_property
    def field(self) -> str:
        """The field that is asked for; otherwise the one that the pad is for, or the prompt."""
        return self.wanted.into.partition(":")[2] or self.pad.target_field or PROMPT

    @cached_property
    def field_text(self) -> str | None:
        content = self.current.fields.get(self.field) if self.current else None
        return text_of(content) if content is not None else None

    @cached_property
    def field_sections(self) -> list[Section]:
        content = self.current.fields.get(self.field) if self.current else None
        return sections_of(self.field_text or "", content.language if content else None)

    @cached_property
    def place(self) -> Range | None:
        """The place that is asked for; otherwise the section that is called as the one of the pad."""
        asked = self.wanted.into.partition(":")[0]
        if asked:
            text = self.field_text
            return None if asked == ALL or text is None else trimmed(text, read_range(asked, "into"))
        title = next(
            (each.title for each in self.pad_sections if self.part and each.part.start == self.part.start), None
        )
        return next((each.part for each in self.field_sections if each.title == title), None)

    @cached_property
    def place_choices(self) -> list[Choice]:
        """All of the chosen field and its sections, then the other fields."""
        label = field_names.short_label(self.field)
        options = {f"{ALL}:{self.field}": _("{field}, all of it").format(field=label)}
        for each in self.field_sections:
            options[f"{each.part}:{self.field}"] = f"{label}, {each.title}, {words_of(each.lines)}"
        chosen = f"{self.place or ALL}:{self.field}"
        if chosen not in options:
            words = words_of(lines_of(self.field_text or "", self.place))
            options[chosen] = _("{field}, {lines}").format(field=label, lines=words)
        names = {*(self.current.fields if self.current else ()), PROMPT, CONFIGURATION} - {self.field}
        options |= {f":{name}": field_names.label(name) for name in field_names.in_order(names)}
        return [Choice(value, words, value == chosen) for value, words in options.items()]

    @cached_property
    def promotion(self) -> Promotion:
        return read_promotion(
            self.pad,
            revision=self.wanted.revision,
            part=self.part,
            field=self.field,
            place=self.place,
            base_version=self.base_version,
        )

    @cached_property
    def difference(self) -> TextDifference:
        return compare_texts(self.promotion.before or "", self.promotion.after, context=CONTEXT)

    @property
    def blocks(self) -> Iterator[ComparedRows]:
        """The difference, as many rows as are shown."""
        left = MAX_ROWS
        for block in compared_rows(self.difference):
            if block.fold is None:
                left -= len(block.rows)
            if left < 0:
                return
            yield block

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return sum(len(hunk.rows) for hunk in self.difference.hunks) > MAX_ROWS

    @cached_property
    def contributors(self) -> list[ContributorRow]:
        return list(self._rows())

    @property
    def begun_with(self) -> int:
        """How much of the part nobody wrote: the pad began with it."""
        return next((each.characters for each in self.promotion.contributors if each.user is None), 0)

    def _rows(self) -> Iterator[ContributorRow]:
        people = by_share(self.promotion.contributors)
        inserted = has_inserted(
            self.pad.id, self.wanted.revision, [_id_of(each) for each in people if not each.characters]
        )
        imported = imported_from(self.pad, self.wanted.revision)
        for each in people:
            if each.user is not None:
                none = _("none of this part") if each.user.id in inserted else _("deleted only")
                if each.user.id in imported - inserted:
                    none = _("wrote before it was imported")
                yield ContributorRow(each.user, each.characters, "" if each.characters else none)

    @cached_property
    def lock(self) -> LockState:
        status = Status(self.access.project.status)
        if status != Status.OPEN:
            return LockState(status.value)
        leases = Lease.objects.open().filter(project=self.access.project, field=self.field)
        lease = leases.select_related("user").first()
        if lease is None:
            return LockState("free")
        if lease.user_id != self.user.id:
            return LockState("theirs", lease.user, lease.started_at)
        is_here = self.wanted.session_id is not None and lease.session_id == self.wanted.session_id
        return LockState("yours" if is_here else "elsewhere", lease.user, lease.started_at)

    @property
    def may_propose(self) -> bool:
        return self._allowed("proposal.stage")

    @property
    def act(self) -> str:
        """What the primary button does: `promote`, `ask`, `propose`, or `none` where the field says this already."""
        if not self.promotion.is_change:
            return "none"
        if self.lock.state in ("free", "yours") and self._allowed("draft.save"):
            return "promote"
        return "ask" if self.lock.state == "theirs" and self._allowed("lock.request") else "propose"

    def _allowed(self, action: str) -> bool:
        return allowed(action, role=self.access.role, status=Status(self.access.project.status))

    def is_stale(self, shown: int, now: int) -> bool:
        """Whether the field says something else in two versions."""
        versions = Draft.objects.of_project(self.pad.project_id).filter(version_number__in=(shown, now))
        held = {draft.version_number: draft.sha256_of(self.field) for draft in versions}
        return held.get(shown) != held.get(now)

    def context(self) -> dict[str, Any]:
        """The values of the template."""
        return {
            "form": self,
            "pad": self.pad,
            "project_id": self.pad.project_id,
            "field_label": field_names.short_label(self.field),
            "next_version": self.base_version + 1,
            "max_message": MAX_MESSAGE,
            "lock_ttl": settings.FOUNDRY_LOCK_TTL,
        }


def read_range(value: str, name: str) -> Range:
    """`4-20`. Raises `ValidationFailed` for anything else."""
    start, dash, end = value.partition("-")
    if not (dash and start.isdecimal() and end.isdecimal() and len(value) < 30):
        raise ValidationFailed({name: [_("Must be a range, such as 4-20.")]})
    return Range(int(start), int(end))


def words_of(lines: Lines) -> str:
    """`lines 4–20`, or `line 4`."""
    if lines.first == lines.last:
        return _("line {n}").format(n=lines.first)
    return _("lines {first}–{last}").format(first=lines.first, last=lines.last)


def _id_of(contributor: Contributor) -> UUID:
    assert contributor.user is not None
    return contributor.user.id
