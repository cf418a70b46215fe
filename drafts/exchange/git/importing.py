"""Imports the commits of a repository as versions: reads and checks all of them first, then writes them one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from accounts.callers import Caller
from audit.models import Event
from drafts.content import applied, check_files
from drafts.exchange.git.history import CommitChange, Selection, commit_changes
from drafts.exchange.git.reading import Reading, read_step
from drafts.exchange.git.repository import BlobReader, Commit, Repository
from drafts.exchange.importing import Progress
from drafts.exchange.versions import import_version
from drafts.models import MAX_MESSAGE, Draft, FieldContent
from kernel.errors import DomainError, ValidationFailed
from kernel.names import as_remark, check_name
from projects.access import get_project
from projects.fields import CONFIGURATION, FILES, PROMPT
from projects.models import MAX_NAME, Project
from projects.services import create_project

# How many problems are listed; the rest are counted.
MAX_PROBLEMS: Final = 50

Fields = Mapping[str, FieldContent]


@dataclass(slots=True)
class Report:
    """The result of an import. Commits that were imported before, and those without changes, are only counted.

    `notes` list, by commit, what `keep_broken` left out or stored without its language.
    """

    project_id: UUID
    versions: list[int] = field(default_factory=list)
    known: int = 0
    without_effect: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _State:
    """A project's state for an import: its fields now and after the last import, and the commits that it has."""

    now: Fields = field(default_factory=dict)
    imported: Fields = field(default_factory=dict)
    commits: frozenset[str] = frozenset()


def import_repository(
    *,
    caller: Caller,
    repository: Repository,
    selection: Selection,
    name: str,
    project_id: UUID | None = None,
    revision: str = "HEAD",
    keep_broken: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Make a version of every commit that changes a selected path, by first parents, oldest first.

    The target is the project `project_id`; without it, the caller's project called `name` into which this repository
    was imported before, or else a new one. Commits that the project has already are skipped, so that an interrupted
    import can be repeated; each version is a write of its own. All commits are checked before the first write. Raises
    `ValidationFailed` with every problem by commit and path, `LockHeld` while somebody else edits a changed field,
    `StaleBase` for a field that is changed in Foundry during the import.
    """
    name = check_name(name, name="name", maximum=MAX_NAME)
    commits = repository.commits(revision)
    steps = commit_changes(commits, repository.changes(commits), selection)
    _check_selection(steps, selection)
    root = commits[0].sha
    project_id = project_id or _earlier_project(caller, name, root)
    state = _state_of(caller, project_id, root) if project_id else _State()
    new = [step for step in steps if step.commit.sha not in state.commits]
    with repository.contents() as contents:
        _check(new, contents, state, keep_broken=keep_broken, overwrite=overwrite)
        project_id = project_id or create_project(caller=caller, name=name).id
        report = Report(project_id, known=len(steps) - len(new))
        for number, read in enumerate(_readings(new, contents, state.now, keep_broken), start=1):
            _write(caller, report, root, read)
            if progress is not None:
                progress(number, len(new))
    return report


def _readings(
    steps: Sequence[CommitChange], contents: BlobReader, fields: Fields, keep_broken: bool
) -> Iterator[tuple[CommitChange, Fields, Reading]]:
    """Each commit with the fields before it, and its checked changes."""
    for step in steps:
        reading = read_step(step, contents, fields, keep_broken=keep_broken)
        yield step, fields, reading
        fields = applied(fields, reading.changes)


def _check(
    steps: Sequence[CommitChange], contents: BlobReader, state: _State, *, keep_broken: bool, overwrite: bool
) -> None:
    problems: dict[str, list[str]] = {}
    touched: set[str] = set()
    for step, before, reading in _readings(steps, contents, state.now, keep_broken):
        found = dict(reading.problems)
        for name in set() if overwrite else reading.changes.keys() - touched:
            if _hash(state.now, name) != _hash(state.imported, name):
                found[name] = "Was changed in Foundry since it was last imported; --overwrite replaces it."
        touched.update(reading.changes)
        try:
            check_files(applied(before, reading.changes))
        except ValidationFailed as error:
            found |= {name: words[0] for name, words in error.errors.items()}
        problems |= {f"{step.commit.sha[:12]} {where}": [words] for where, words in found.items()}
    if len(problems) > MAX_PROBLEMS:
        rest = len(problems) - MAX_PROBLEMS
        problems = dict(list(problems.items())[:MAX_PROBLEMS]) | {"and": [f"{rest} more problems."]}
    if problems:
        raise ValidationFailed(problems)


def _write(caller: Caller, report: Report, root: str, read: tuple[CommitChange, Fields, Reading]) -> None:
    step, before, reading = read
    commit = step.commit
    report.notes += [f"{commit.sha[:12]} {name}: left as it was. {why}" for name, why in reading.left_out.items()]
    report.notes += [f"{commit.sha[:12]} {name}: without a language, its syntax is broken." for name in reading.plain]
    report.notes += [f"{commit.sha[:12]} {name}: its line ends were made LF." for name in reading.with_lf]
    if not reading.changes:
        report.without_effect += 1
        return
    try:
        draft = import_version(
            caller=caller,
            project_id=report.project_id,
            changes=reading.changes,
            base={name: _hash(before, name) for name in reading.changes},
            message=_message(commit),
            facts=_facts(root, step, reading),
        )
    except DomainError as error:
        made = f"{len(report.versions)} versions were made before it" if report.versions else "Nothing was imported"
        error.detail = f"Stopped at commit {commit.sha[:12]}: {error.detail} {made}; run it again."
        raise
    report.versions.append(draft.version_number)


def _facts(root: str, step: CommitChange, reading: Reading) -> dict[str, Any]:
    """The commit's own claims, which the event records as facts but never as its actor or time."""
    commit = step.commit
    return {
        "source": "git",
        "root": root,
        "commit": commit.sha,
        "parent": commit.parent,
        "author": {"name": commit.author_name, "email": commit.author_email},
        "authored_at": commit.authored_at,
        "committed_at": commit.committed_at,
        "paths": {touch.field: touch.path for touch in step.touches if touch.field in reading.changes},
        "left_out": reading.left_out,
    }


def _message(commit: Commit) -> str:
    words = as_remark(commit.message)
    return words if len(words) <= MAX_MESSAGE else f"{words[: MAX_MESSAGE - 1]}…"


def _check_selection(steps: Sequence[CommitChange], selection: Selection) -> None:
    """Refuse a selection that matches nothing in the history, which is probably a typing error."""
    touched = {touch.field for step in steps for touch in step.touches}
    problems = {}
    if PROMPT not in touched:
        problems["prompt"] = [f"No commit touches {selection.prompt}."]
    if selection.configuration is not None and CONFIGURATION not in touched:
        problems["config"] = [f"No commit touches {selection.configuration}."]
    for pattern in selection.files:
        only = Selection(prompt="", files=(pattern,))
        if not any(only.is_file(name.removeprefix(FILES)) for name in touched if name.startswith(FILES)):
            problems[f"files {pattern}"] = ["No commit touches a file of this pattern."]
    if problems:
        raise ValidationFailed(problems)


def _earlier_project(caller: Caller, name: str, root: str) -> UUID | None:
    """The caller's project of this name that the repository was imported into before."""
    for project in Project.objects.filter(name=name, members__user=caller.user).order_by("id"):
        if _imports(project.id, root):
            return project.id
    return None


def _state_of(caller: Caller, project_id: UUID, root: str) -> _State:
    current = get_project(user=caller.user, project_id=project_id, action="draft.import").project.current_draft
    imports = _imports(project_id, root)
    latest = max(imports.values(), default=0)
    left = Draft.objects.filter(project_id=project_id, version_number=latest).first()
    return _State(current.fields if current else {}, left.fields if left else {}, frozenset(imports))


def _imports(project_id: UUID, root: str) -> dict[str, int]:
    """The commits of a repository (identified by its first commit) that a project has, with their versions."""
    saved = Event.objects.of_project(project_id).filter(action="draft.saved", canonical__contains=root)
    facts = [(event.data.get("import", {}), event.data["version"]) for event in saved.iterator()]
    return {each["commit"]: version for each, version in facts if each.get("root") == root}


def _hash(fields: Fields, name: str) -> str | None:
    return fields[name].sha256 if name in fields else None
