"""Rows of the permission matrix, a repeat and rows of the proof: rules."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from accounts.callers import Caller
from projects.models import Project
from projects.services import add_member, remove_member
from stages.automation.models import Switch
from stages.automation.services.rule_lives import delete_rule, rename_rule
from stages.automation.services.rules import save_rule
from stages.registers.services.tables import create_table
from tests.cast import new_caller, new_user
from tests.matrix import OPEN, OTHER, OWNERS, Row
from tests.publishing.reviews import Review, caller_of

HERE = "rules/"
RULE: dict[str, Any] = {"name": "r", "definition": {"scope": "nowhere", "add_to": "nowhere_else"}}
CHANGE = {"definition": RULE["definition"]}
REST: Final = (
    Row("api_rules", "GET", HERE, 200),
    Row("api_rules", "POST", HERE, "validation_failed", OWNERS, OPEN, RULE),
    Row("api_rule", "PUT", HERE + f"{OTHER}/", "not_found", OWNERS, OPEN, CHANGE),
    Row("api_rule", "PATCH", HERE + f"{OTHER}/", "not_found", OWNERS, OPEN, {"name": "s"}),
    Row("api_rule_delete", "POST", HERE + f"{OTHER}/delete/", "not_found", OWNERS, OPEN, {"reason": "Old"}),
    Row("api_rule_history", "GET", HERE + f"{OTHER}/history/", "not_found"),
    Row("api_rule_check", "POST", HERE + "check/", "validation_failed", body=CHANGE),
)

PAGE: Final = "automation/rules/"
PAGES: Final = (
    Row("automation:rules", "GET", PAGE, 302),
    Row("automation:new_rule", "GET", f"{PAGE}new/", 200, OWNERS, OPEN),
    Row("automation:new_rule", "POST", f"{PAGE}new/", 400, OWNERS, OPEN),
    Row("automation:rule", "GET", PAGE + "{rule}/", 200),
    Row("automation:rule", "POST", PAGE + "{rule}/", 400, OWNERS, OPEN),
    Row("automation:rule_history", "GET", PAGE + "{rule}/history/", 200),
    Row("automation:rule_counts", "GET", f"{PAGE}counts/", 200),
    Row("automation:rename_rule", "POST", PAGE + "{rule}/rename/", 302, OWNERS, OPEN),
    Row("automation:delete_rule", "POST", PAGE + "{rule}/delete/", 302, OWNERS, OPEN),
    Row("automation:build_rule", "POST", f"{PAGE}build/", 200),
)
BUDGETED_PAGES: Final = {
    "automation:rules": f"…{PAGE}",
    "automation:new_rule": f"…{PAGE}new/",
}
# They need a rule; the page of one has its budget in `test_budgets.py`.
NO_PAGES: Final = (
    *(
        "automation:build_rule",
        "automation:delete_rule",
        "automation:rename_rule",
        "automation:rule",
        "automation:rule_counts",
        "automation:rule_history",
    ),
)


def furnish(project: Project, caller: Caller) -> None:
    """A rule that is off, by an owner who has left since: nobody has anything to undo."""
    former = new_user("ruler")
    add_member(caller=caller, project_id=project.id, user_id=former.id, role="owner")
    owner = new_caller(former)
    _make_table(owner, project.id)
    definition = {"scope": "papers", "overwrite": {"state": "filed"}}
    save_rule(caller=owner, project_id=project.id, name="filed", definition=definition, is_on=False)
    remove_member(caller=caller, project_id=project.id, user_id=former.id, reason="Left")


def things_in(project: Project) -> dict[str, UUID]:
    """The id of that rule."""
    found = Switch.objects.filter(project=project, kind="rule").first()
    return {"rule": found.record} if found is not None else {}


def _saving(world: Any) -> Any:
    _make_table(world.owner, world.id)
    definition = {"scope": "papers", "overwrite": {"state": "filed"}}
    return lambda caller: save_rule(caller=caller, project_id=world.id, name="filed", definition=definition, is_on=True)


def _deleting(world: Any) -> Any:
    saved = _saving(world)(world.owner)
    rule_id = UUID(saved.id)
    return lambda caller: delete_rule(caller=caller, project_id=world.id, rule_id=rule_id, reason="Not needed")


REPEATS: Final = (("rule.save", _saving), ("rule.delete", _deleting))


def make_rows(review: Review) -> None:
    """A rule that was switched on, and off again."""
    owner, project_id = caller_of(review.people["owner"]), review.project.id
    _make_table(owner, project_id)
    definition = {"scope": "papers", "overwrite": {"state": "filed"}}
    saved = save_rule(caller=owner, project_id=project_id, name="filed", definition=definition, is_on=True)
    rule_id = UUID(saved.id)
    save_rule(caller=owner, project_id=project_id, rule_id=rule_id, definition=definition, is_on=False)
    rename_rule(caller=owner, project_id=project_id, rule_id=rule_id, name="filed papers")
    gone = save_rule(caller=owner, project_id=project_id, name="gone", definition=definition, is_on=True)
    delete_rule(caller=owner, project_id=project_id, rule_id=UUID(gone.id), reason="Not needed")


def _make_table(caller: Caller, project_id: UUID) -> None:
    columns = [{"name": "state", "type": "text"}]
    create_table(caller=caller, project_id=project_id, table="papers", columns=columns)
