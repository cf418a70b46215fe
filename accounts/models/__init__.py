"""What the database holds of accounts: people and programs, their tokens, and the state of signing in."""

from accounts.models.sign_in import (
    FailureCount,
    PastPassword,
    ProvenSession,
)
from accounts.models.tokens import (
    MAX_TOKEN_NAME,
    PersonalAccessToken,
    Scope,
    TokenManager,
    TokenQuerySet,
)
from accounts.models.users import (
    MAX_DISPLAY_NAME,
    SERVICE_USERNAME,
    USERNAME_PATTERN,
    Kind,
    Person,
    User,
    UserManager,
    UserQuerySet,
    password_hash_outdated,
)

__all__ = [
    "MAX_DISPLAY_NAME",
    "MAX_TOKEN_NAME",
    "SERVICE_USERNAME",
    "USERNAME_PATTERN",
    "FailureCount",
    "Kind",
    "PastPassword",
    "Person",
    "PersonalAccessToken",
    "ProvenSession",
    "Scope",
    "TokenManager",
    "TokenQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
    "password_hash_outdated",
]
