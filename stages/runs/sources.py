"""What a run is asked, and about which texts: from its experiment's source and the conversation up to its message."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.models import Draft
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from projects.fields import CONFIGURATION, PROMPT
from stages.runs.agents.base import AgentRequest
from stages.runs.agents.model import PromptMessage
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.llm.requests import parse_tools
from stages.runs.models import Experiment, Message, Run
from stages.runs.reading import answers_of, turns_before
from stages.runs.trees.forbidden import GUARDED
from stages.runs.trees.patch_parsing import FilePatch, parse_patch
from stages.runs.trees.patches import ChangedFile, apply_patch
from stages.runs.trees.stored_tree import StoredTree
from stages.runs.trees.tree import Tree


def request_of(run: Run) -> AgentRequest:
    """What a run's agent works on, without files. Raises `ModelError`."""
    texts = source_texts(run.experiment, {PROMPT, CONFIGURATION})
    return agent_request(texts, run.message.content.text, history_of(run.message))


def agent_request(texts: Mapping[str, str], instruction: str, history: Iterable[PromptMessage]) -> AgentRequest:
    """What an agent works on: with the texts of prompt and configuration, after what was said before.

    Raises `ModelError` for a configuration that cannot be used.
    """
    configuration = _configuration(texts.get(CONFIGURATION))
    generation = configuration.get("generation") or {}
    if not isinstance(generation, dict):
        raise ModelError(Cause.INVALID_REQUEST, _("“generation” in the configuration must be an object."))
    tools = configuration.get("tools")
    parse_tools(tools)
    return AgentRequest(
        instruction=instruction,
        system=texts.get(PROMPT) or "",
        history=tuple(history),
        parameters=generation,
        tools=tools or (),
    )


def source_texts(experiment: Experiment, fields: Collection[str]) -> dict[str, str]:
    """The texts of some of an experiment's fields: as saved, or as typed over them; a commit has none."""
    wanted = {name: sha256 for name, sha256 in source_hashes(experiment).items() if name in fields}
    blobs = Blob.objects.in_bulk(set(wanted.values()))
    return {name: blobs[sha256].text for name, sha256 in wanted.items()}


def source_tree(experiment: Experiment) -> Tree:
    """All fields of an experiment's version as files: as saved, or as typed over them."""
    return StoredTree(source_hashes(experiment))


def patch_before(message: Message) -> str:
    """The patch of the run that a message goes on from; empty where there is none."""
    run = message.base_run
    return run.patch.text if run is not None and run.patch is not None else ""


@dataclass(frozen=True, slots=True)
class FileTexts:
    """A file that a run changed, with its text in the source and its new one; None where there is none.

    `old_path` is the path in the source of a file that was renamed.
    """

    path: str
    before: str | None
    after: str | None
    old_path: str | None = None


def changed_texts(run: Run) -> list[FileTexts]:
    """The files that a run changed, by path; none where it changed nothing. Reads texts one by one.

    Of a repository's files, which are not at hand everywhere, the texts have the changed lines and those around them.
    """
    if run.patch is None:
        return []
    if run.experiment.repository_id is not None:
        return [_lines_of(each) for each in parse_patch(run.patch.text)]
    tree = source_tree(run.experiment)
    # What it was allowed to change was asked when the patch was made.
    files = apply_patch(tree, parse_patch(run.patch.text), allows=GUARDED).files
    return [FileTexts(each.path, _text_before(tree, each), each.text, each.old_path) for each in files]


def changed_size(run: Run) -> int:
    """How many bytes `changed_texts` has at most, without reading a text."""
    if run.patch_id is None:
        return 0
    # The texts of a commit are lines of the patch; those of a version have what the patch adds to the source.
    patch = Blob.objects.values_list("size", flat=True).get(pk=run.patch_id)
    hashes = source_hashes(run.experiment)
    read = [hashes[name] for each in run.files_changed if (name := each.get("from", each["path"])) in hashes]
    sizes = dict(Blob.objects.filter(pk__in=set(read)).values_list("sha256", "size"))
    return int(patch) + 2 * sum(sizes[sha256] for sha256 in read)


def _lines_of(patch: FilePatch) -> FileTexts:
    """A file with the lines that a patch names."""
    # A line has its end, unless the patch says that the last one has none.
    ends = patch.hunks[-1] if patch.hunks else None
    before = [line for hunk in patch.hunks for line in hunk.old]
    after = [line for hunk in patch.hunks for line in hunk.new]
    path = (patch.new or patch.old)[0]
    return FileTexts(
        path,
        _joined(before, is_open=bool(ends and ends.old_open)) if patch.old else None,
        _joined(after, is_open=bool(ends and ends.new_open)) if patch.new else None,
        patch.old[0] if patch.old and patch.old[0] != path else None,
    )


def _joined(lines: Sequence[str], *, is_open: bool) -> str:
    return "\n".join(lines) + ("\n" if lines and not is_open else "")


def _text_before(tree: Tree, file: ChangedFile) -> str | None:
    return None if file.status == "added" else tree.text(file.old_path or file.path)


def source_hashes(experiment: Experiment) -> dict[str, str]:
    """The SHA-256 of an experiment's fields: as saved, or as typed over them; a commit has none."""
    if experiment.version is None:
        return {}
    draft = Draft.objects.of_project(experiment.project_id).get(version_number=experiment.version)
    return {**{name: content.sha256 for name, content in draft.fields.items()}, **experiment.unsaved}


def prompt_sha256(experiment: Experiment) -> str | None:
    """The SHA-256 of the prompt that an experiment asks about; None where there is none."""
    return source_hashes(experiment).get(PROMPT)


def _configuration(text: str | None) -> dict[str, Any]:
    try:
        found = parse(text) if text else {}
    except ValidationFailed as error:
        raise ModelError(Cause.INVALID_REQUEST, error.detail) from None
    if not isinstance(found, dict):
        raise ModelError(Cause.INVALID_REQUEST, _("The configuration must be an object."))
    return found


def history_of(message: Message) -> Iterator[PromptMessage]:
    """What was said before a message, oldest first: each answer that it goes on from, with its question."""
    turns = turns_before(message)
    questions = Message.objects.select_related("content").in_bulk([message_id for message_id, _run in turns])
    calls = answers_of([run_id for _message, run_id in turns]).select_related("response")
    answers = {call.run_id: call.response.text for call in calls if call.response is not None}
    for message_id, run_id in reversed(turns):
        yield PromptMessage("user", questions[message_id].content.text)
        yield PromptMessage("assistant", answers.get(run_id, ""))
