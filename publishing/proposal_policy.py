"""What a project's proposals need before they are accepted: set with the policy of its releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from publishing.models import Policy
from publishing.policies import Enforcement, count_problem, enforcement_problem, flag_problem

MAX_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class ProposalPolicy:
    """How many people must approve, whether contributors are among them, what open comments do, and the time limit.

    `days` is how long a proposal is open after each round; 0 means without an end.
    """

    approvals: int = 0
    author_may_approve: bool = False
    open_comments: Enforcement = "warn"
    days: int = 0

    def data(self) -> dict[str, Any]:
        """The policy as JSON."""
        return asdict(self)


def proposal_policy_of(project_id: UUID) -> ProposalPolicy:
    """The project's policy for proposals, or the defaults if none was set."""
    stored = Policy.objects.filter(project_id=project_id).values_list("proposals", flat=True).first()
    return ProposalPolicy(**stored) if stored else ProposalPolicy()


def read_proposal_policy(given: object) -> ProposalPolicy:
    """Check a policy for proposals; every member has its default. Raises `ValidationFailed` by member."""
    if not isinstance(given, Mapping):
        raise ValidationFailed({"proposals": [_("Must be an object of rules.")]})
    unknown = [name for name in given if name not in ProposalPolicy.__dataclass_fields__]
    errors = {f"proposals.{name}": [_("There is no such rule.")] for name in unknown}
    wanted = ProposalPolicy(**{name: value for name, value in given.items() if name not in unknown})
    errors |= {f"proposals.{name}": [words] for name, words in _problems(wanted) if words}
    if errors:
        raise ValidationFailed(errors)
    return wanted


def _problems(policy: ProposalPolicy) -> list[tuple[str, str | None]]:
    return [
        ("approvals", count_problem(policy.approvals)),
        ("author_may_approve", flag_problem(policy.author_may_approve)),
        ("open_comments", enforcement_problem(policy.open_comments)),
        ("days", count_problem(policy.days, MAX_DAYS)),
    ]
