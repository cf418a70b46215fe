"""The JSON that the endpoints of accounts take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import MAX_DISPLAY_NAME, MAX_TOKEN_NAME, Kind, PersonalAccessToken, Scope, User
from kernel.names import MAX_REASON
from rest.fields import Choice, Flag, Text, Uuid


class PersonSerializer(serializers.Serializer[Any]):
    """A person, always with these members; see `accounts.models.User.person`."""

    id = serializers.UUIDField()
    display_name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)


class Account(PersonSerializer):
    """A person with their user name."""

    username = serializers.CharField()


class ManagedAccount(Account):
    """An account as administrators see it."""

    email = serializers.CharField(allow_blank=True)
    is_active = serializers.BooleanField()
    is_administrator = serializers.BooleanField()
    is_auditor = serializers.BooleanField()


class OwnProof(serializers.Serializer[Any]):
    """The caller's own password, and a code where their account has that factor: that it is them, now."""

    password = Text(max_length=4096, write_only=True)
    otp = Text(max_length=20, required=False, write_only=True)


class _WithProof(serializers.Serializer[Any]):
    proof = OwnProof(
        required=False, help_text="Needed with a token, and in a browser session that was not confirmed lately."
    )


class NewAccount(_WithProof):
    """A person or an AI agent. Whose password somebody else has set chooses one of their own before they sign."""

    username = Text(max_length=150)
    display_name = Text(max_length=MAX_DISPLAY_NAME, required=False, allow_blank=True)
    email = Text(max_length=254, required=False, allow_blank=True)
    kind = Choice([(Kind.HUMAN.value, Kind.HUMAN.label), (Kind.AGENT.value, Kind.AGENT.label)], required=False)
    password = Text(max_length=4096, required=False, write_only=True)
    is_administrator = Flag(required=False)
    is_auditor = Flag(required=False)


class ChangedAccount(_WithProof):
    display_name = Text(max_length=MAX_DISPLAY_NAME, required=False)
    email = Text(max_length=254, required=False, allow_blank=True)
    is_administrator = Flag(required=False)
    is_auditor = Flag(required=False)


class ClosedAccount(_WithProof):
    reason = Text(max_length=MAX_REASON, required=False, allow_blank=True)
    successor_id = Uuid(required=False, help_text="Who becomes owner of projects that would have none.")


class NewToken(serializers.Serializer[Any]):
    """What a program sends to get a token of its own."""

    username = Text(max_length=150)
    password = Text(max_length=4096)
    otp = Text(max_length=20, required=False, help_text="A one-time or recovery code, where the account has codes.")
    name = Text(max_length=MAX_TOKEN_NAME, help_text="What the token is for.")
    scope = Choice(Scope.choices, required=False, help_text="With `read` every write is refused; `write` otherwise.")
    expires_at = serializers.DateTimeField(
        required=False, help_text="When it ends; without it as late as this site allows."
    )


class MadeToken(serializers.Serializer[Any]):
    """A new token with its text, which no other answer contains."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    token = serializers.CharField()
    scope = serializers.ChoiceField(Scope.choices)
    expires_at = serializers.DateTimeField()


class Token(serializers.Serializer[Any]):
    """A token without its text."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(Scope.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


def account_body(user: User) -> dict[str, Any]:
    return {**user.person(), "username": user.username}


def managed_body(user: User) -> dict[str, Any]:
    return {
        **account_body(user),
        "email": user.email,
        "is_active": user.is_active,
        "is_administrator": user.is_superuser,
        "is_auditor": user.is_auditor,
    }


def token_body(token: PersonalAccessToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    }
