"""Rows of the permission matrix, a repeat and rows of the proof: rules."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from accounts.callers import Caller
from stages.automation.services.rules import save_rule
from stages.registers.services.tables import create_table
from tests.matrix import OPEN, OTHER, OWNERS, Row
from tests.publishing.reviews import Review, caller_of

HERE = "rules/"
RULE: dict[str, Any] = {"name": "r", "definition": {"scope": "nowhere", "add_to": "nowhere_else"}}
CHANGE = {"definition": RULE["definition"]}
REST: Final = (
    Row("api_rules", "GET", HERE, 200),
    Row("api_rules", "POST", HERE, "validation_failed", OWNERS, OPEN, RULE),
    Row("api_rule", "PUT", HERE + f"{OTHER}/", "not_found", OWNERS, OPEN, CHANGE),
    Row("api_rule_check", "POST", HERE + "check/", "validation_failed", body=CHANGE),
)


def _saving(world: Any) -> Any:
    _make_table(world.owner, world.id)
    definition = {"scope": "papers", "overwrite": {"state": "filed"}}
    return lambda caller: save_rule(caller=caller, project_id=world.id, name="filed", definition=definition, is_on=True)


REPEATS: Final = (("rule.save", _saving),)


def make_rows(review: Review) -> None:
    """A rule that was switched on, and off again."""
    owner, project_id = caller_of(review.people["owner"]), review.project.id
    _make_table(owner, project_id)
    definition = {"scope": "papers", "overwrite": {"state": "filed"}}
    saved = save_rule(caller=owner, project_id=project_id, name="filed", definition=definition, is_on=True)
    save_rule(caller=owner, project_id=project_id, rule_id=UUID(saved.id), definition=definition, is_on=False)


def _make_table(caller: Caller, project_id: UUID) -> None:
    columns = [{"name": "state", "type": "text"}]
    create_table(caller=caller, project_id=project_id, table="papers", columns=columns)
