"""Adding, changing and disabling models, of a project or of the whole site."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.services.accounts import create_agent
from kernel.errors import ValidationFailed
from stages.runs import events
from stages.runs.addresses import check_base_url
from stages.runs.models import ModelProfile
from stages.runs.profile_rules import (
    check_display_name,
    check_key_of,
    check_limits,
    check_model_name,
    check_profile_name,
    check_provider,
)
from stages.runs.secrets import mark_of, origin_of, store_key
from stages.runs.services.profile_writing import changing_profile, profile_write

DEFAULT_TOKEN_LIMIT: Final = 4096


def create_profile(
    *,
    caller: Caller,
    project_id: UUID | None,
    name: str,
    provider: str,
    model_name: str = "",
    display_name: str = "",
    base_url: str = "",
    key: str = "",
    input_price: int = 0,
    output_price: int = 0,
    token_limit: int = DEFAULT_TOKEN_LIMIT,
) -> ModelProfile:
    """Add a model to a project, or to the whole site (`project_id` None), with an agent's account for its answers.

    Prices are millionths of the currency for a million tokens. The key is sent to the provider, or to `base_url`, and
    to nobody else. Raises `ValidationFailed`, also for a name that another model has or had.
    """
    parameters: dict[str, Any] = {
        "name": check_profile_name(name),
        "provider": check_provider(provider),
        "model_name": check_model_name(model_name, provider=provider),
        "display_name": check_display_name(display_name or name),
        "base_url": check_base_url(base_url, provider=provider),
        **check_limits(input_price=input_price, output_price=output_price, token_limit=token_limit),
    }
    key = check_key_of(provider, key, is_needed=not parameters["base_url"])
    mark = mark_of(key) if key else None
    with profile_write(caller, project_id, {**parameters, "mark": mark}) as write:
        repeat = write.repeat()
        if repeat is not None:
            return repeat
        profile = ModelProfile(id=uuid7(), project=write.project, created_by=caller.user, **parameters)
        username = f"model-{profile.id.hex[-12:]}"
        profile.agent = create_agent(caller=caller, username=username, display_name=profile.display_name)
        if key:
            profile.secret = store_key(key, origin=origin_of(profile))
        data = {**parameters, "agent_id": str(profile.agent_id), "mark": mark}
        profile.created_at = write.record(events.PROFILE_CREATED.name, profile, data).at
        _insert(profile)
    return profile


def update_profile(
    *,
    caller: Caller,
    profile_id: UUID,
    display_name: str | None = None,
    input_price: int | None = None,
    output_price: int | None = None,
    token_limit: int | None = None,
    is_enabled: bool | None = None,
) -> ModelProfile:
    """Change what may change of a model; what is None stays. Nothing is recorded where nothing changes."""
    given = {
        "display_name": None if display_name is None else check_display_name(display_name),
        **check_limits(input_price=input_price, output_price=output_price, token_limit=token_limit),
        "is_enabled": is_enabled,
    }
    wanted = {name: value for name, value in given.items() if value is not None}
    with changing_profile(caller, profile_id, wanted) as (write, profile):
        repeat = write.repeat()
        if repeat is not None:
            return repeat
        before = {name: getattr(profile, name) for name in wanted}
        after = {name: value for name, value in wanted.items() if value != before[name]}
        if not after:
            return profile
        for name, value in after.items():
            setattr(profile, name, value)
        profile.save(update_fields=[*after])
        action = events.PROFILE_DISABLED if after == {"is_enabled": False} else events.PROFILE_UPDATED
        write.record(action.name, profile, {"before": {name: before[name] for name in after}, "after": after})
    return profile


def disable_profile(*, caller: Caller, profile_id: UUID) -> ModelProfile:
    """Let nobody ask a model any more. Its name stays taken; `update_profile` can enable it again."""
    return update_profile(caller=caller, profile_id=profile_id, is_enabled=False)


def replace_key(*, caller: Caller, profile_id: UUID, key: str) -> ModelProfile:
    """Give a model another key; the one before is deleted. Raises `ValidationFailed`, also for the built-in echo."""
    with changing_profile(caller, profile_id, {"mark": mark_of(key)}) as (write, profile):
        repeat = write.repeat()
        if repeat is not None:
            return repeat
        former = profile.secret
        profile.secret = store_key(check_key_of(profile.provider, key, is_needed=True), origin=origin_of(profile))
        profile.save(update_fields=["secret"])
        data = {"before": former.mark if former else None, "after": profile.secret.mark}
        if former is not None:
            former.delete()
        write.record(events.PROFILE_KEY_REPLACED.name, profile, data)
    return profile


def _insert(profile: ModelProfile) -> None:
    try:
        with transaction.atomic():
            profile.save(force_insert=True)
    except IntegrityError:
        raise ValidationFailed({"name": [_("Another model has or had this name.")]}) from None
