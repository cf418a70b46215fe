"""Files that were renamed after somebody proposed to change them.

A change names a file as it was called when it was staged, a round as it was called at the submission. A rename since
then is drift: nobody approved a change of the file that has the new name. Merging takes the change along to that name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from drafts.models import Draft
from drafts.renames import Renames
from kernel.errors import Conflict
from projects.fields import FILES, file_path
from proposals.drift import Item, contents_now, hash_of, item_of_change, items_of_changes
from proposals.kinds import DEFAULT_KIND, Content, Key
from proposals.models import Change, Round


def follow_renames(project_id: UUID, items: Iterable[Item], *, version: int | None = None) -> list[Item]:
    """The items in their order, with the names that renamed files have in a version, or (None) now. Two queries."""
    every = list(items)
    renames = Renames.of_project(project_id) if any(map(_is_of_file, every)) else Renames()
    if not renames.steps:
        return every
    made = _times(project_id, renames, every)
    last = version if version is not None else renames.steps[-1].version
    return [_follow(item, renames, made, last) for item in every]


def followed(project_id: UUID, items: Mapping[UUID, Sequence[Item]]) -> dict[UUID, list[Item]]:
    """The items of several proposals, with the names that renamed files have now."""
    found = iter(follow_renames(project_id, [item for each in items.values() for item in each]))
    return {identity: [next(found) for _ in each] for identity, each in items.items()}


def _is_of_file(item: Item) -> bool:
    """Whether it changes or removes a file that was there, and so can have been renamed."""
    return item.key.kind == DEFAULT_KIND and item.key.target.startswith(FILES) and item.base is not None


def _times(project_id: UUID, renames: Renames, items: Sequence[Item]) -> Mapping[int, datetime]:
    """When the renaming versions were made, where an item says its moment and no version."""
    if not any(isinstance(item.since, datetime) for item in items):
        return {}
    numbers = [step.version for step in renames.steps]
    versions = Draft.objects.filter(project=project_id, version_number__in=numbers)
    return dict(versions.values_list("version_number", "created_at"))


def _follow(item: Item, renames: Renames, made: Mapping[int, datetime], version: int) -> Item:
    since = item.since
    if since is None or not _is_of_file(item):
        return item
    if isinstance(since, datetime):
        since = _version_at(since, made)
    if since > version:
        return item
    name = renames.name_in(version, item.key.target, of=since)
    return item if name == item.key.target else replace(item, renamed=name)


def follow_in_working_set(project_id: UUID, changes: Sequence[Change], *, version: int | None = None) -> list[Change]:
    """Take the changes of files that were renamed along to their names in a version, or (None) now, and store that.

    Called with the row of their proposal locked. Returns the changes that are left: one that changes nothing gives way
    to one that gets its name. Raises `Conflict` where two changes would have the same name.
    """
    if version is None:
        version = Draft.objects.of_project(project_id).values_list("version_number", flat=True).first() or 0
    items = follow_renames(project_id, items_of_changes(changes), version=version)
    renamed = {item.change_id: item for item in items if item.renamed is not None}
    if not renamed:
        return list(changes)
    now = contents_now(project_id, [item.now_key for item in renamed.values()], version)
    moving = [change for change in changes if change.id in renamed]
    _leave_former_names(moving, {item.now_key for item in renamed.values()})
    # Those that change nothing first, so that another one can have the name.
    gone: set[UUID] = set()
    for change in sorted(moving, key=lambda change: renamed[change.id].after != renamed[change.id].base):
        item = renamed[change.id]
        gone |= take_along(change, item, now[item.now_key], version)
        change.revision += 1
        change.save()
    return [change for change in changes if change.id not in gone]


def _leave_former_names(moving: Sequence[Change], wanted: Collection[Key]) -> None:
    """Have no change keep a name that another one gets, also where files took each other's places."""
    for change in moving:
        if _key(change) in wanted:
            change.target = str(change.id)
            change.save(update_fields=["target"])


def former_names(project_id: UUID, name: str) -> set[str]:
    """Every name that a target of now had, its present one included."""
    if not name.startswith(FILES):
        return {name}
    renames = Renames.of_project(project_id)
    newest = renames.steps[-1].version if renames.steps else 0
    return {past.name for past in renames.names_of(name, of=newest)}


def names_in_round(shown: Round, wanted: Iterable[tuple[str, Round]]) -> dict[tuple[str, UUID], str]:
    """What targets of earlier rounds are called in a later one, by their name and their round's id. Two queries."""
    renames = Renames.of_project(shown.project_id)
    if not renames.steps:
        return {}
    numbers = [step.version for step in renames.steps]
    versions = Draft.objects.filter(project=shown.project_id, version_number__in=numbers)
    made = dict(versions.values_list("version_number", "created_at"))
    last = _version_at(shown.created_at, made)
    return {
        (name, round_.id): renames.name_in(last, name, of=_version_at(round_.created_at, made))
        for name, round_ in wanted
        if name.startswith(FILES)
    }


def _version_at(moment: datetime, made: Mapping[int, datetime]) -> int:
    """The newest renaming version at a moment; 0 for none."""
    return max((number for number, at in made.items() if at <= moment), default=0)


def _key(change: Change) -> Key:
    return Key(change.kind, change.target)


def take_along(change: Change, item: Item, now: Content, version: int) -> set[UUID]:
    """Give a change the name that its file has in the current version, which holds `now`; it is not stored yet.

    Its base stays what the change was made from; where the file has only another name, that is the content of now.
    A change of that name which changes nothing is deleted; returns the ids of what was. Raises `Conflict` where it
    changes something.
    """
    if item.renamed is None:
        return set()
    gone = _make_room(change, item, now)
    take_language(change, now)
    if hash_of(now) == hash_of(item.base):
        change.base = now
    change.target, change.base_version = item.renamed, version
    return gone


def take_language(change: Change, now: Content) -> None:
    """Give a change of a text the language of `now`, unless the change is one of the language, too."""
    base = change.base or {}
    if change.value is not None and now is not None and change.language == base.get("language"):
        change.language = now["language"]


def _make_room(change: Change, item: Item, now: Content) -> set[UUID]:
    others = Change.objects.filter(proposal=change.proposal_id, kind=change.kind, target=item.renamed)
    other = others.exclude(pk=change.pk).first()
    if other is None:
        return set()
    if item_of_change(other).after not in (other.base, now):
        words = _(
            "{old} was renamed to {new}, and the proposal changes both. Drop one of the two changes, and keep what you "
            "need of it in the other."
        )
        raise Conflict(words.format(old=file_path(item.key.target), new=file_path(item.renamed or "")))
    gone = {other.id}
    other.delete()
    return gone
