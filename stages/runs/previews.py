"""What a question would cost at most with each model, before it is asked. Reads only; asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.reading import get_draft
from kernel.errors import NotFound
from projects.fields import CONFIGURATION, PROMPT
from stages.runs.agents.answer_agent import AnswerAgent
from stages.runs.agents.gathering import MAX_FILE_BYTES, MAX_FILES, MAX_NAMES, MAX_TOTAL_BYTES, measure_files
from stages.runs.agents.model import Prompt, PromptMessage
from stages.runs.agents.patch_agent import SYSTEM
from stages.runs.clients import model_request
from stages.runs.costs import TOKENS_OF_A_TEXT, budget_of, cost_of, worst_cost_of
from stages.runs.llm.errors import ModelError
from stages.runs.models import Experiment, ExperimentKind, Message, ModelProfile, Repository, Run
from stages.runs.reading import answer_of
from stages.runs.sources import agent_request, history_of, source_hashes, source_texts
from stages.runs.trees.tree import TreeFile, too_large

Costs = dict[UUID, int]
# Bytes: what is written around a file in a request, and what asks for a repair.
_FRAME: Final = 100
_REPAIR: Final = 2_000
# What a commit's files take at most, which are not at hand: their texts, and the names of others.
_MAX_FILES: Final = MAX_TOTAL_BYTES + (MAX_FILES + MAX_NAMES) * 2 * _FRAME


def costs_of_question(
    project_id: UUID,
    profiles: Iterable[ModelProfile],
    *,
    text: str,
    version: int | None = None,
    unsaved: Mapping[str, str],
    kind: str = ExperimentKind.TRY.value,
    repository_id: UUID | None = None,
) -> Costs:
    """The worst cost of asking this about a version (the current one) or a commit of a repository, by profile.

    Raises `NotFound`.
    """
    if repository_id is not None:
        if not Repository.objects.filter(pk=repository_id, project=project_id).exists():
            raise NotFound(_("Repository not found."))
        return _costs(profiles, {}, text, files=_MAX_FILES)
    draft = get_draft(project_id=project_id, version=version)
    saved = {PROMPT: draft.prompt_text, CONFIGURATION: draft.model_configuration_text}
    texts = {field: unsaved.get(field, content or "") for field, content in saved.items()}
    files = None
    if kind == ExperimentKind.CHANGE:
        saved_hashes = {field: content.sha256 for field, content in draft.fields.items() if field not in unsaved}
        sizes = {**_sizes_of(saved_hashes), **{field: len(typed.encode()) for field, typed in unsaved.items()}}
        files = _bytes_of(sizes, text)
    return _costs(profiles, texts, text, files=files)


def costs_in_experiment(
    experiment: Experiment,
    profiles: Iterable[ModelProfile],
    *,
    text: str | None = None,
    base_run: Run | None = None,
) -> Costs:
    """The worst cost of asking `text` further, going on from `base_run`, by profile; None is the newest message."""
    history: Iterable[PromptMessage]
    if text is None:
        message = _newest(experiment)
        text, history, base_run = message.content.text, history_of(message), message.base_run
    else:
        history = _history_until(base_run)
    texts = source_texts(experiment, {PROMPT, CONFIGURATION})
    files = _files_of(experiment, text, base_run) if experiment.kind == ExperimentKind.CHANGE else None
    return _costs(profiles, texts, text, history, files=files)


def costs_of(message: Message, profiles: Iterable[ModelProfile]) -> Costs:
    """The worst cost of the first call that asks this message, by profile: a change with its files, without a repair.

    The files of a commit, which are not at hand, count nothing here; the call is checked with them before it is sent.
    """
    experiment, text = message.experiment, message.content.text
    files = None
    if experiment.kind == ExperimentKind.CHANGE:
        files = _files_of(experiment, text, message.base_run) if experiment.repository_id is None else 0
    texts = source_texts(experiment, {PROMPT, CONFIGURATION})
    return _costs(profiles, texts, text, history_of(message), files=files, is_repaired=False)


def costs_body(project_id: UUID, costs: Costs) -> dict[str, Any]:
    """Costs as they are shown, beside the project's budget."""
    budget = budget_of(project_id)
    return {
        "costs": [{"profile_id": profile_id, "worst_cost": cost} for profile_id, cost in costs.items()],
        "month": budget.month,
        "monthly_limit": budget.monthly_limit,
        "spent": budget.spent,
        "reserved": budget.reserved,
    }


def _newest(experiment: Experiment) -> Message:
    messages = Message.objects.select_related("base_run", "content", "experiment").filter(experiment=experiment)
    return messages.order_by("-number")[0]


def _files_of(experiment: Experiment, text: str, base_run: Run | None) -> int:
    """The bytes that the files of an experiment's source take in a request at most, as a run changed them."""
    if experiment.repository_id is not None:
        return _MAX_FILES
    sizes = _sizes_of(source_hashes(experiment))
    if base_run is None or base_run.patch is None:
        return _bytes_of(sizes, text)
    # A patch can add files, and make large ones small, so that they are sent.
    return sum(_size(field, size) for field, size in sizes.items()) + base_run.patch.size


def _sizes_of(hashes: Mapping[str, str]) -> dict[str, int]:
    """The bytes of texts, by the names that they have in `hashes`."""
    sizes = dict(Blob.objects.filter(pk__in=set(hashes.values())).values_list("sha256", "size"))
    return {field: sizes[sha256] for field, sha256 in hashes.items()}


def _bytes_of(sizes: Mapping[str, int], text: str) -> int:
    """What the files of a version take in a request that asks `text`: those that are gathered, and names of others."""
    files = {field: TreeFile(field, size, too_large(size)) for field, size in sorted(sizes.items())}
    shown, others = measure_files(files, text)
    return sum(_size(field, size) for field, size in shown.items()) + sum(len(each.encode()) + 1 for each in others)


def _size(field: str, size: int) -> int:
    return len(field.encode()) + _FRAME + (size if size <= MAX_FILE_BYTES else 0)


def _history_until(run: Run | None) -> Iterable[PromptMessage]:
    """What was said up to a run's answer."""
    if run is None:
        return ()
    question = PromptMessage("user", run.message.content.text)
    return (*history_of(run.message), question, PromptMessage("assistant", answer_of(run)))


def _costs(
    profiles: Iterable[ModelProfile],
    texts: Mapping[str, str],
    text: str,
    history: Iterable[PromptMessage] = (),
    *,
    files: int | None = None,
    is_repaired: bool = True,
) -> Costs:
    """`files` are the bytes of the files that a change sends; None is a question. `is_repaired`: with a repair."""
    try:
        prompt = AnswerAgent.build_prompt(agent_request(texts, text, history))
    except ModelError:
        # What is refused before it is sent, such as a configuration that is none, costs nothing.
        return dict.fromkeys((profile.id for profile in profiles), 0)
    if files is not None:
        sent = _sent_by_change(prompt, min(files, _MAX_FILES))
        return {profile.id: _cost_of_change(profile, sent, is_repaired=is_repaired) for profile in profiles}
    return {profile.id: worst_cost_of(profile, model_request(prompt, profile)) for profile in profiles}


def _sent_by_change(prompt: Prompt, files: int) -> int:
    """The tokens at most that a change sends, with so many bytes of files."""
    said = sum(len(each.content.encode()) + TOKENS_OF_A_TEXT for each in prompt.messages)
    return len(SYSTEM.encode()) + files + said + _FRAME + 2 * TOKENS_OF_A_TEXT


def _cost_of_change(profile: ModelProfile, sent: int, *, is_repaired: bool) -> int:
    """What a change costs at most: its answer, and its repair, which is sent all of that again."""
    first = cost_of(profile, sent, profile.token_limit)
    if not is_repaired:
        return first
    return first + cost_of(profile, sent + profile.token_limit + _REPAIR, profile.token_limit)
