"""Which columns of which tables are changed, made of the models: a new one without an event or a reason is noticed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import zip_longest

from django.db import models

from audit.checkpoints.models import Checkpoint
from audit.models import Event, Site
from audit.rebuilding.tables import REBUILT_TABLES, TABLES_WITHOUT_RECORD
from audit.services import site_id
from audit.verification import verify
from publishing.models import Signature
from tests.proof.tampering import Change

# Tables of which nothing is claimed, with the reason.
NO_RECORD = {
    "accounts_failurecount": "counts tries; what they lock has its event",
    "accounts_pastpassword": "old hashes, to refuse a password that was used before",
    "audit_standing": "a note of what the verifier found; it is made anew by every verification",
    "drafts_commentwords": "the search index; made of the comments",
    "drafts_passage": "the search index; made of the versions",
    "drafts_readmark": "what somebody has read of a comparison, private to them; it is no record",
    "drafts_stay": "the search index; made of the versions",
    "drafts_unsenttext": "what somebody is about to send, private to them; it is no record",
    "locking_workingcopy": "unsaved text, private to its writer; it is no record",
    "notifications_notification": "the inbox; each line repeats an event",
    "notifications_preferences": "what somebody wants to be mailed",
    "django_admin_log": "Django's; Foundry writes its own events",
    "auth_group": "Foundry gives no account a group, and finds one that was given",
    "auth_group_permissions": "Foundry gives no account a group, and finds one that was given",
    "auth_permission": "Django's list of names",
    "django_content_type": "Django's list of names",
    "django_session": "sealed with FOUNDRY_SECRET_KEY; whoever reads the database has the cookies of open sessions",
    "usersessions_usersession": "when a browser was last seen; who is signed in says the sealed session",
    "account_emailaddress": "allauth's; no decision of Foundry's reads it",
    "account_emailconfirmation": "allauth's; no decision of Foundry's reads it",
    "socialaccount_socialapp": "a row is no provider: only the environment names one",
    "socialaccount_socialtoken": "allauth's; never read",
    "procrastinate_workers": "the queue of jobs",
    "procrastinate_jobs": "the queue of jobs",
    "procrastinate_events": "the queue of jobs",
    "procrastinate_periodic_defers": "the queue of jobs",
    **TABLES_WITHOUT_RECORD,
}
# Columns of the two tables that are no table of events, and what stands in for one.
UNTOLD = {
    (Event, "id"): "the order in which rows came to the table; `seq` is the chain's",
    (Site, "created_at"): "no claim rests on it",
}
# Columns that a seal says, and that are compared with it.
CHECKED_BESIDE = {Checkpoint: ("signature", "made_at"), Signature: ("comment", "signed_at")}
OWN = (Event, Site)
TABLES = {table.model._meta.db_table: table for table in REBUILT_TABLES.values()}
CHANGES = [
    *(Change(table.model, name) for table in REBUILT_TABLES.values() for name in [*table.compared, *table.derived]),
    *(Change(model, name) for model, names in CHECKED_BESIDE.items() for name in names),
    *(
        Change(model, each.attname)
        for model in OWN
        for each in model._meta.concrete_fields
        if (model, each.attname) not in UNTOLD
    ),
]
# Nothing of Foundry's ever fills these: only a planted row can be there.
EMPTY = {"accounts_user_groups", "accounts_user_user_permissions"}
CHANGES_OF_ROWS = [change for change in CHANGES if change.model._meta.db_table not in EMPTY]


def is_compared(change: Change) -> bool:
    """Whether a finding about this column says the row and the column, whatever else was changed elsewhere."""
    table = TABLES.get(change.model._meta.db_table)
    return table is not None and change.column in table.compared and change.column not in table.key


def in_rounds(changes: Collection[Change]) -> list[list[Change]]:
    """Changes that are made at once, because each is of another table: a verification takes longer than any change."""
    of_table: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        of_table[TABLES[change.model._meta.db_table].name].append(change)
    return [[change for change in made_at_once if change] for made_at_once in zip_longest(*of_table.values())]


ROUNDS = in_rounds([change for change in CHANGES_OF_ROWS if is_compared(change)])
CHANGES_BY_THEMSELVES = [change for change in CHANGES_OF_ROWS if not is_compared(change)]


def named(change: Change) -> str:
    return f"{change.model._meta.db_table}.{change.column}"


def findings() -> list[str]:
    """What `verify_audit` says."""
    site_id.cache_clear()
    try:
        return [str(finding) for finding in verify().findings]
    finally:
        site_id.cache_clear()


def is_named(model: type[models.Model], before: list[str]) -> bool:
    """Whether what is wrong is said to be of this table, or on a chain where the table is the chain's own."""
    table = TABLES.get(model._meta.db_table)
    found = [each for each in findings() if each not in before]
    return any("#" in each if table is None else f"{table.name} " in each for each in found)


def is_told(change: Change, found: list[str], before: list[str]) -> bool:
    """Whether a finding says that this very column of this table was changed."""
    table = TABLES[change.model._meta.db_table]
    told = f": its {table.column_label(change.column)} was changed: "
    return any(told in each and _name_in(each) == table.name for each in found if each not in before)


def _name_in(finding: str) -> str:
    """Of which table a finding is: a name may begin with another one, and so the longest is meant."""
    return max((table.name for table in TABLES.values() if finding.startswith(f"{table.name} ")), key=len, default="")
