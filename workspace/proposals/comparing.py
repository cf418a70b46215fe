"""A round of a proposal beside the text now, the text it was made from, or another round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.comments.models import Side
from drafts.compare.versions import FieldContents, compare_contents
from drafts.draft import FieldContent
from drafts.models import Draft
from kernel.errors import NotFound, ValidationFailed
from projects.fields import FILES
from proposals.drift import Item, items_of_round
from proposals.kinds import DEFAULT_KIND, Content
from proposals.models import Proposal, Round
from proposals.renaming import follow_renames
from workspace.compare.rows import MAX_ROWS, ComparisonView, comparison_view
from workspace.compare.sides import Sides

CURRENT: Final = "current"
BASE: Final = "base"
# The left side as comments name it, by what a round is compared with; another round has comments of its own.
LEFT: Final = {CURRENT: Side.CURRENT.value, BASE: Side.BASE.value}


@dataclass(frozen=True, slots=True)
class Against:
    """What a round is compared with: `name` as the address has it, and the other round where it is one."""

    name: str
    round: Round | None = None


def get_round(proposal: Proposal, number: int | None) -> Round:
    """A round by its number, the newest without one. Raises `NotFound`."""
    rounds = Round.objects.filter(proposal=proposal).select_related("created_by").order_by("-number")
    found = (rounds if number is None else rounds.filter(number=number)).first()
    if found is None:
        raise NotFound(_("There is no round {number}.").format(number=number or 1))
    return found


def read_against(proposal: Proposal, text: str) -> Against:
    """What the address names: `current`, `base`, or the number of a round. Raises `ValidationFailed`, `NotFound`."""
    if text in {"", CURRENT}:
        return Against(CURRENT)
    if text == BASE:
        return Against(BASE)
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ValidationFailed({"against": [_("Must be current, base or the number of a round.")]})
    return Against(text, get_round(proposal, int(text)))


def sides_of(proposal: Proposal, round_: Round, against: Against, *, version: int) -> Sides:
    """What both sides are called."""
    address = reverse("workspace:proposal_fold", args=[proposal.project_id, proposal.number])
    query = urlencode([("round", round_.number), ("against", against.name)])
    if against.name == CURRENT:
        old = _("Current, v{version}").format(version=version) if version else _("Current")
    elif against.name == BASE:
        old = _("What round {n} was made from").format(n=round_.number)
    else:
        old = _("{proposal}, round {n}").format(proposal=proposal, n=against.name)
    new = _("{proposal}, round {n}").format(proposal=proposal, n=round_.number)
    comments = reverse("workspace:proposal_comments", args=[proposal.project_id, proposal.number])
    left = LEFT.get(against.name, "")
    return Sides(old, new, query, f"{address}?{query}", comments=f"{comments}?{query}", left=left)


def compare_round(
    round_: Round,
    against: Against,
    *,
    current: Draft | None,
    reader: UUID,
    only: str | None = None,
    after: int = 0,
) -> ComparisonView:
    """The comparison; `only` one field, where it is named, behind the first `after` rows.

    Fields that the round leaves as they are count as unchanged. Raises `NotFound` for no such field, `RateLimited`.
    """
    now: FieldContents = current.fields if current else {}
    items = _fields_of(follow_renames(round_.project_id, items_of_round(round_)))
    for item in items:
        # A file is shown under the name that the round has for it.
        if item.renamed in now:
            now[item.key.target] = now.pop(item.renamed)
    others = _fields_of(items_of_round(against.round)) if against.round else []
    contents = [content for item in (*items, *others) for content in (item.base, item.after)]
    sizes = _sizes(content["sha256"] for content in contents if content)
    old = dict(now)
    if against.name == BASE:
        _put(old, ((item.key.target, item.base) for item in items), sizes)
    _put(old, ((item.key.target, item.after) for item in others), sizes)
    new = dict(now)
    _put(new, ((item.key.target, item.after) for item in items), sizes)
    return comparison_view(compare_contents(old, new, only, reader=reader, rows=MAX_ROWS, after=after))


def text_in_round(round_: Round, field: str, current: Draft | None) -> str:
    """The text of a field in a round; what the current version holds of a field that the round leaves."""
    changes = {item.key.target: item.after for item in _fields_of(items_of_round(round_))}
    if field in changes:
        content = changes[field]
        digest = content["sha256"] if content else None
    else:
        digest = current.sha256_of(field) if current else None
    found = Blob.objects.filter(pk=digest).first() if digest else None
    return found.text if found else ""


def _fields_of(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.key.kind == DEFAULT_KIND]


def _put(contents: FieldContents, changes: Iterable[tuple[str, Content]], sizes: dict[str, int]) -> None:
    for name, content in changes:
        if content is None:
            contents.pop(name, None)
        else:
            size = sizes.get(content["sha256"], 0) if name.startswith(FILES) else 0
            contents[name] = FieldContent(content["sha256"], content["media_type"], content["language"], size)


def _sizes(hashes: Iterable[str]) -> dict[str, int]:
    return dict(Blob.objects.filter(pk__in=set(hashes)).values_list("sha256", "size"))
