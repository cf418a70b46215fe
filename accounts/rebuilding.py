"""Rebuilds accounts, tokens, factors and other credentials from the chain `site`."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils import timezone

from accounts import actions
from accounts.factors import material_sha256, name_of
from accounts.models import SERVICE_USERNAME, Kind, PersonalAccessToken, ProvenSession, Scope, User
from accounts.openid_connect import identity_key
from accounts.services.accounts import CHANGEABLE
from accounts.services.passwords import password_sha256
from audit.models import SITE_CHAIN
from audit.rebuilding.facts import SOME_TIME, UNRECORDED, Fact, ShortlyBefore, Untrue, moment
from audit.rebuilding.tables import Column, Key, Rows, Table

_NUMBER: Final = "a row number, without a meaning"
_NOTE: Final = "a note for its owner; nothing is decided by it"


def _service_user() -> dict[Key, dict[str, Any]]:
    """The account that a migration made without an event."""
    found = User.objects.named(SERVICE_USERNAME).values_list("id", flat=True).first()
    columns = {
        "username": SERVICE_USERNAME,
        "display_name": "Foundry",
        "email": "",
        "kind": Kind.SERVICE.value,
        "is_active": True,
        "is_superuser": False,
        "is_auditor": False,
        "session_generation": 0,
        "signing_suspended_at": None,
        "uses_shortcuts": True,
        "password": password_sha256("!"),
        # The time of the migration, on which nothing depends.
        "date_joined": SOME_TIME,
    }
    return {(found,): columns} if found else {}


ACCOUNTS: Final = Table(
    User,
    name="account",
    key=("id",),
    columns={"password": Column(as_recorded=password_sha256)},
    unrecorded={"last_login": f"{_NOTE}: each sign-in has its event"},
    begins=_service_user,
)


@ACCOUNTS.on_every_event
def _acts(rows: Rows, fact: Fact) -> None:
    """Check that the actor is an account of this kind with a name that it has or had (requests take time).

    The accounts are known from the chain `site`, which is read first.
    """
    if fact.chain == SITE_CHAIN:
        rows.memory[SITE_CHAIN] = True
    elif SITE_CHAIN not in rows.memory:
        return
    actor = fact.record["actor"]
    columns = rows.columns((fact.actor_id,))
    names = {columns.get("display_name"), *rows.memory.get(fact.actor_id, ())}
    if actor["name"] not in names or actor["kind"] != columns.get("kind"):
        raise Untrue("its actor is no account of that name and kind")


def _account(fact: Fact) -> Key:
    return (UUID(fact.target_id),)


@ACCOUNTS.on(actions.ACCOUNT_CREATED)
def _created(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        _account(fact),
        username=fact.data["username"],
        kind=fact.data["kind"],
        **{column: fact.data[name] for name, column in CHANGEABLE.items()},
        date_joined=fact.recorded_time("date_joined"),
        password=fact.recorded("password_sha256"),
        is_active=True,
        session_generation=0,
        signing_suspended_at=None,
        uses_shortcuts=True,
    )


@ACCOUNTS.on(actions.ACCOUNT_CHANGED)
def _changed(rows: Rows, fact: Fact) -> None:
    names = {**CHANGEABLE, "uses_shortcuts": "uses_shortcuts"}
    rows.memory.setdefault(UUID(fact.target_id), set()).add(rows.columns(_account(fact)).get("display_name"))
    rows.change(fact, _account(fact), **{names[name]: value for name, value in fact.data["after"].items()})


@ACCOUNTS.on(actions.ACCOUNT_DEACTIVATED)
def _deactivated(rows: Rows, fact: Fact) -> None:
    generation = rows.columns(_account(fact)).get("session_generation", 0)
    rows.change(fact, _account(fact), is_active=False, session_generation=generation + 1)


@ACCOUNTS.on(actions.ACCOUNT_REACTIVATED)
def _reactivated(rows: Rows, fact: Fact) -> None:
    rows.change(fact, _account(fact), is_active=True)


@ACCOUNTS.on(actions.PASSWORD_CHANGED, actions.PASSWORD_REHASHED)
def _password(rows: Rows, fact: Fact) -> None:
    rows.change(fact, _account(fact), password=fact.recorded("password_sha256"))


@ACCOUNTS.on(actions.SIGNING_SUSPENDED)
def _suspended(rows: Rows, fact: Fact) -> None:
    since = fact.at if fact.is_complete else ShortlyBefore(fact.at)
    rows.change(fact, _account(fact), signing_suspended_at=since)


@ACCOUNTS.on(actions.SIGNING_RESTORED)
def _restored(rows: Rows, fact: Fact) -> None:
    rows.change(fact, _account(fact), signing_suspended_at=None)


TOKENS: Final = Table(
    PersonalAccessToken, name="token", key=("id",), unrecorded={"last_used_at": f"{_NOTE}, exact to a minute"}
)


@TOKENS.on(actions.TOKEN_CREATED)
def _token_created(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        user_id=UUID(fact.data["user"]),
        name=fact.data["name"],
        digest=fact.recorded("digest"),
        # Before tokens had a scope, each could write.
        scope=fact.data.get("scope", Scope.WRITE),
        created_at=fact.recorded_time("created_at"),
        expires_at=moment(fact.data["expires_at"]),
        revoked_at=None,
    )


@TOKENS.on(actions.TOKEN_REVOKED)
def _token_revoked(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), revoked_at=fact.recorded_time("revoked_at", otherwise=SOME_TIME))


@TOKENS.on(actions.ACCOUNT_DEACTIVATED)
def _tokens_revoked(rows: Rows, fact: Fact) -> None:
    revoked_at = fact.recorded_time("revoked_at", otherwise=SOME_TIME)
    for token in fact.data["revoked_tokens"]:
        rows.change(fact, (UUID(token),), revoked_at=revoked_at)


def _material(data: dict[str, Any]) -> tuple[str, str, int | None]:
    return material_sha256(data), name_of(data), data.get("used_mask")


FACTORS: Final = Table(
    Authenticator,
    name="second factor",
    key=("id",),
    columns={"data": Column(as_recorded=_material)},
    unrecorded={"last_used_at": _NOTE},
)


@FACTORS.on(actions.FACTOR_ADDED)
def _factor_added(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (fact.data["id"],),
        user_id=UUID(fact.target_id),
        type=fact.data["factor"],
        data=_recorded_credential(fact),
        created_at=fact.recorded_time("created_at"),
    )


@FACTORS.on(actions.FACTOR_RENAMED, actions.RECOVERY_CODE_USED)
def _factor_changed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (fact.data["id"],), data=_recorded_credential(fact))


@FACTORS.on(actions.FACTOR_REMOVED)
def _factor_removed(rows: Rows, fact: Fact) -> None:
    rows.drop((fact.data["id"],))


def _recorded_credential(fact: Fact) -> Any:
    if not fact.is_complete:
        return UNRECORDED
    return fact.data["sha256"], fact.data.get("name", ""), fact.data["used_mask"]


OUTSIDE_ACCOUNTS: Final = Table(
    SocialAccount,
    name="outside identity",
    key=("user_id", "uid"),
    unrecorded={
        "id": _NUMBER,
        "last_login": _NOTE,
        "date_joined": _NOTE,
        "extra_data": "what the provider said last; read at the sign-in that brought it, and never again",
    },
)


@OUTSIDE_ACCOUNTS.on(actions.IDENTITY_LINKED)
def _linked(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id), identity_key(fact.data["issuer"], fact.data["subject"])),
        provider=fact.recorded("provider"),
    )


PROVEN_SESSIONS: Final = Table(
    ProvenSession,
    name="proven session",
    key=("user_id", "credential"),
    unrecorded={"id": _NUMBER},
    counts_since=("proven_at", lambda: timezone.now() - settings.FOUNDRY_SIGNING_PERIOD),
)


@PROVEN_SESSIONS.on(actions.SIGNING_PROVEN)
def _proven(rows: Rows, fact: Fact) -> None:
    rows.put(fact, (UUID(fact.target_id), fact.data["credential"]), proven_at=fact.at)


# Foundry gives accounts no groups or permissions of Django, so any rows in these tables are manipulations.
GROUPS: Final = Table(User.groups.through, name="group of an account", key=("id",))
PERMISSIONS: Final = Table(User.user_permissions.through, name="permission of an account", key=("id",))

TABLES: Final = (ACCOUNTS, TOKENS, FACTORS, OUTSIDE_ACCOUNTS, PROVEN_SESSIONS, GROUPS, PERMISSIONS)
