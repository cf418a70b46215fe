"""Shapes of what the endpoints of runs take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import MAX_DISPLAY_NAME
from accounts.serializers import PersonSerializer
from projects.fields import MAX_PATH_BYTES
from rest.fields import Choice, Flag, Integer, Text, Uuid
from stages.runs.choices import MessageRole, Provider
from stages.runs.evaluation.suites import MAX_MODELS
from stages.runs.file_serializers import ChangedFileInfo, ChoiceInfo
from stages.runs.models import (
    ExperimentKind,
    ExperimentState,
    RunStatus,
)
from stages.runs.models.experiments import MAX_TITLE
from stages.runs.models.meters import MAX_CALLS, MAX_MONTHLY_LIMIT
from stages.runs.models.profiles import MAX_BASE_URL, MAX_MODEL_NAME, MAX_NAME, MAX_PRICE, MAX_TOKENS
from stages.runs.refinement.settings import MAX_CALLS as MAX_CALLS_OF_SEARCH
from stages.runs.refinement.settings import MAX_HELD_OUT, MIN_HELD_OUT
from stages.runs.refinement_serializers import RefinedInfo, RefinementInfo
from stages.runs.result_serializers import VerdictInfo
from stages.runs.secrets import MAX_KEY
from stages.runs.services.starting import MAX_PROFILES

MONEY_HELP = "Millionths of the currency."
PRICE_HELP = "Millionths of the currency for a million tokens."


class NewProfile(serializers.Serializer[Any]):
    """A model to add. `name` is what suites call it; `base_url` is the address of an OpenAI-compatible server."""

    name = Text(max_length=MAX_NAME)
    provider = Choice(Provider.choices)
    model_name = Text(max_length=MAX_MODEL_NAME, required=False, allow_blank=True)
    display_name = Text(max_length=MAX_DISPLAY_NAME, required=False, allow_blank=True)
    base_url = Text(max_length=MAX_BASE_URL, required=False, allow_blank=True)
    key = Text(max_length=MAX_KEY, required=False, allow_blank=True, write_only=True)
    input_price = Integer(min_value=0, max_value=MAX_PRICE, required=False, help_text=PRICE_HELP)
    output_price = Integer(min_value=0, max_value=MAX_PRICE, required=False, help_text=PRICE_HELP)
    token_limit = Integer(min_value=1, max_value=MAX_TOKENS, required=False)


class ChangedProfile(serializers.Serializer[Any]):
    display_name = Text(max_length=MAX_DISPLAY_NAME, required=False)
    input_price = Integer(min_value=0, max_value=MAX_PRICE, required=False, help_text=PRICE_HELP)
    output_price = Integer(min_value=0, max_value=MAX_PRICE, required=False, help_text=PRICE_HELP)
    token_limit = Integer(min_value=1, max_value=MAX_TOKENS, required=False)
    is_enabled = Flag(required=False)


class NewKey(serializers.Serializer[Any]):
    key = Text(max_length=MAX_KEY, write_only=True)


class KeyInfo(serializers.Serializer[Any]):
    """What is shown of a key: never the key."""

    mark = serializers.CharField(help_text="8 hex digits; the same for the same key at this site.")
    set_at = serializers.DateTimeField()


class ProfileInfo(serializers.Serializer[Any]):
    """A model that may be asked; of the whole site where `project_id` is null."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    provider = serializers.ChoiceField(Provider.choices)
    model_name = serializers.CharField()
    display_name = serializers.CharField()
    base_url = serializers.CharField()
    key = KeyInfo(allow_null=True)
    input_price = serializers.IntegerField(help_text=PRICE_HELP)
    output_price = serializers.IntegerField(help_text=PRICE_HELP)
    token_limit = serializers.IntegerField()
    is_enabled = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()


class ProfileCheckInfo(serializers.Serializer[Any]):
    """Whether the model answers; if not, the cause as one word, and what to do."""

    is_ready = serializers.BooleanField()
    cause = serializers.CharField(allow_null=True)
    detail = serializers.CharField()


class NewExperiment(serializers.Serializer[Any]):
    """A question about a version, the current one if left out, and about texts that are not saved yet, by field.

    Such texts are of fields whose lock you hold; another field is refused with `lock_not_held`.

    With `repository_id`, and the kind `change`, it is about a `commit` of a repository, the newest known one if left
    out.

    An evaluation (`kind` `evaluate`) has a `suite` instead of a text, a file such as `evaluations/regression.yaml`.

    Refining (`kind` `refine`) improves `field` (the prompt if left out) by a suite, within `max_calls` requests.
    `models` of the suite are measured, all of them if left out, and `held_out` percent of the cases (30) are held back.
    """

    title = Text(max_length=MAX_TITLE, required=False)
    text = Text(required=False)
    kind = Choice(ExperimentKind.choices, required=False)
    suite = Text(max_length=MAX_PATH_BYTES, required=False)
    field = Text(max_length=MAX_PATH_BYTES, required=False)
    models = serializers.ListField(child=Text(max_length=MAX_NAME), max_length=MAX_MODELS, required=False)
    max_calls = Integer(min_value=1, max_value=MAX_CALLS_OF_SEARCH, required=False)
    held_out = Integer(min_value=MIN_HELD_OUT, max_value=MAX_HELD_OUT, required=False)
    version = Integer(min_value=1, max_value=999_999_999, required=False)
    unsaved = serializers.DictField(child=Text(allow_blank=True), required=False)
    repository_id = Uuid(required=False)
    commit = Text(max_length=64, required=False)


class CostQuestion(serializers.Serializer[Any]):
    """A first question, as `NewExperiment` has it. A change counts with its files and its repair.

    With `repository_id` the files are the most that is sent of a commit.
    """

    kind = Choice(ExperimentKind.choices, required=False)
    text = Text(allow_blank=True)
    version = Integer(min_value=1, max_value=999_999_999, required=False)
    unsaved = serializers.DictField(child=Text(allow_blank=True), required=False)
    repository_id = Uuid(required=False)


class FurtherCostQuestion(serializers.Serializer[Any]):
    """A further question, as `NewMessage` has it; without `text` the newest message."""

    text = Text(allow_blank=True, required=False)
    base_run_id = Uuid(required=False)


class WorstCost(serializers.Serializer[Any]):
    profile_id = serializers.UUIDField()
    worst_cost = serializers.IntegerField(help_text=MONEY_HELP)


class CostsInfo(serializers.Serializer[Any]):
    """The most that each model can cost, and what the project has spent in this month (UTC)."""

    costs = WorstCost(many=True)
    month = serializers.CharField(help_text="Such as 2026-11.")
    monthly_limit = serializers.IntegerField(allow_null=True, help_text=MONEY_HELP)
    spent = serializers.IntegerField(help_text=MONEY_HELP)
    reserved = serializers.IntegerField(help_text="The most that calls under way can cost.")


class NewBudget(serializers.Serializer[Any]):
    """All limits of a project or a model; null is no limit."""

    monthly_limit = Integer(min_value=0, max_value=MAX_MONTHLY_LIMIT, allow_null=True, help_text=MONEY_HELP)
    max_open_calls = Integer(min_value=1, max_value=MAX_CALLS, allow_null=True, help_text="Calls under way at once.")
    calls_per_minute = Integer(min_value=1, max_value=MAX_CALLS, allow_null=True)


class BudgetInfo(serializers.Serializer[Any]):
    """Limits, and what counts against them in this month (UTC)."""

    monthly_limit = serializers.IntegerField(allow_null=True, help_text=MONEY_HELP)
    max_open_calls = serializers.IntegerField(allow_null=True)
    calls_per_minute = serializers.IntegerField(allow_null=True)
    month = serializers.CharField()
    spent = serializers.IntegerField(help_text=MONEY_HELP)
    reserved = serializers.IntegerField(help_text="The most that calls under way can cost.")
    open_calls = serializers.IntegerField()


class ModelUsage(serializers.Serializer[Any]):
    profile_id = serializers.UUIDField()
    display_name = serializers.CharField()
    calls = serializers.IntegerField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.IntegerField(help_text=MONEY_HELP)


class UsageInfo(serializers.Serializer[Any]):
    """What the calls used that ended in a month (UTC), altogether and by model."""

    month = serializers.CharField()
    calls = serializers.IntegerField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.IntegerField(help_text=MONEY_HELP)
    models = ModelUsage(many=True)


class ChangedExperiment(serializers.Serializer[Any]):
    state = Choice(ExperimentState.choices)


class ExperimentInfo(serializers.Serializer[Any]):
    """A question with its source."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    kind = serializers.ChoiceField(ExperimentKind.choices)
    title = serializers.CharField()
    state = serializers.ChoiceField(ExperimentState.choices)
    version = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField(allow_null=True)
    unsaved = serializers.DictField(child=serializers.CharField(), help_text="SHA-256 by field.")
    repository_id = serializers.UUIDField(allow_null=True)
    commit = serializers.CharField(allow_null=True)
    suite = serializers.CharField(allow_blank=True, help_text="The file of the suite that measures.")
    refinement = RefinementInfo(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()
    updated_at = serializers.DateTimeField()


class NewMessage(serializers.Serializer[Any]):
    """A further question; with `base_run_id` it goes on from the answer of that run."""

    text = Text()
    base_run_id = Uuid(required=False)


class MessageInfo(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    role = serializers.ChoiceField(MessageRole.choices)
    text = serializers.CharField()
    author = PersonSerializer()
    base_run_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewRuns(serializers.Serializer[Any]):
    """The models to ask, and which message; the newest one if left out.

    An evaluation asks all models of its suite where none is named; with `reuse` it takes earlier answers to the same
    requests and grades them anew. Where a text is refined, each of them proposes texts, in a search of its own.
    """

    profile_ids = serializers.ListField(child=Uuid(), max_length=MAX_PROFILES, required=False)
    message_id = Uuid(required=False)
    reuse = Flag(required=False)


class NewTaskRuns(serializers.Serializer[Any]):
    """The models to ask, and what; the newest message of the task if left out."""

    model_ids = serializers.ListField(child=Uuid(), allow_empty=False, max_length=MAX_PROFILES)
    instruction = Text(required=False)


class StartedRuns(serializers.Serializer[Any]):
    run_ids = serializers.ListField(child=serializers.UUIDField())


class RunInfo(serializers.Serializer[Any]):
    """One model's answer to a message. Costs are in millionths of the currency."""

    id = serializers.UUIDField()
    experiment_id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    profile_id = serializers.UUIDField()
    display_name = serializers.CharField()
    starter = PersonSerializer()
    status = serializers.ChoiceField(RunStatus.choices)
    attempt = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True, help_text="Why it failed, in one word.")
    detail = serializers.CharField(allow_blank=True)
    summary = serializers.CharField(allow_blank=True)
    warnings = serializers.ListField(child=serializers.CharField())
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.IntegerField()
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    files_changed = ChangedFileInfo(many=True)
    verdict = VerdictInfo(allow_null=True)
    refined = RefinedInfo(allow_null=True)
    chosen = ChoiceInfo(allow_null=True)


class WholeRun(RunInfo):
    answer = serializers.CharField(allow_blank=True)
