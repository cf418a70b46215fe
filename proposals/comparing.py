"""How the texts of a proposal differ from others, as REST shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from drafts.compare.admission import admitted
from drafts.compare.budget import Budget
from drafts.compare.versions import MAX_READ
from kernel.errors import NotFound, PayloadTooLarge, ValidationFailed
from proposals.drift import Item, contents_now, hash_of, sizes_of, texts_of
from proposals.kinds import KINDS, Content, Key
from proposals.models import Proposal
from proposals.reading import shown_items

AGAINST: Final = ("current", "base", "round")


def comparison(
    proposal: Proposal,
    *,
    user: User,
    number: int | None,
    against: str,
    other: int | None = None,
    only: str | None = None,
) -> dict[str, Any]:
    """How the proposal's texts differ from those now (`current`), those it was made from, or an earlier round's.

    `only` is the one target to compare, by its name. Raises `NotFound` for a round or such a target, `ValidationFailed`
    for `against`, `PayloadTooLarge` for texts that have to be compared one by one, `RateLimited`.
    """
    if against not in AGAINST:
        raise ValidationFailed({"against": [_("Must be one of {values}.").format(values=", ".join(AGAINST))]})
    items = shown_items(proposal, user=user, number=number)
    if only is not None:
        items = [item for item in items if item.key.name == only]
        if not items:
            raise NotFound(_("It does not change {target}.").format(target=only))
    before: dict[Key, Content] = {item.key: item.base for item in items}
    if against == "current":
        now = contents_now(proposal.project_id, [item.now_key for item in items])
        before = {item.key: now[item.now_key] for item in items}
    elif against == "round":
        earlier = shown_items(proposal, user=user, number=other or 1)
        before |= {item.key: item.after for item in earlier if item.key in before}
    items = [item for item in items if before[item.key] != item.after]
    with admitted(user.id, _size_to_compare(items, before)):
        contents = [(item.key.kind, content) for item in items for content in (before[item.key], item.after)]
        read, budget = texts_of(contents), Budget()
        sides = [(item.key, read.get(hash_of(before[item.key]) or ""), item.text(read)) for item in items]
        return {"fields": [KINDS[key.kind].difference(key.target, old, new, budget) for key, old, new in sides]}


def _size_to_compare(items: Sequence[Item], before: Mapping[Key, Content]) -> int:
    """The bytes of all texts on both sides. Raises `PayloadTooLarge`; one text alone is never too large."""
    sizes = sizes_of(content for item in items for content in (before[item.key], item.after))
    size = sum(
        sizes.get(hash_of(before[item.key]) or "", 0)
        + (len(item.staged.encode()) if item.staged is not None else sizes.get(hash_of(item.after) or "", 0))
        for item in items
    )
    if size > MAX_READ and len(items) > 1:
        words = _("These texts are larger than {most} MiB together. Compare one by one, with `field`.")
        raise PayloadTooLarge(words.format(most=MAX_READ // 1024**2), limit=MAX_READ)
    return size
