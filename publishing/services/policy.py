"""Setting a project's policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from audit.services import Target
from drafts.fingerprints import fingerprint
from projects.writing import ProjectWrite, project_write
from publishing.models import Policy
from publishing.policies import Rules, read_rules, rules_of
from publishing.proposal_policy import ProposalPolicy, proposal_policy_of, read_proposal_policy


def set_policy(*, caller: Caller, project_id: UUID, rules: Mapping[str, Any]) -> Rules:
    """Replace a project's policy; a rule that is left out gets its default. Owners only, not while in review.

    Applies to releases submitted from now on: each keeps the policy under which it was submitted. Gates are replaced
    as a whole, so a gate that is left out no longer runs. `proposals` are the rules for proposals, which apply at once;
    where they are left out they stay as they are. Raises `ValidationFailed` by rule.
    """
    parameters = {"rules": fingerprint(rules)}
    with project_write(caller=caller, project_id=project_id, action="policy.update", parameters=parameters) as write:
        before = rules_of(project_id)
        if write.repeat_of is not None:
            return before
        given = dict(rules)
        proposals_before = proposal_policy_of(project_id)
        proposals = read_proposal_policy(given.pop("proposals")) if "proposals" in given else proposals_before
        wanted = read_rules(given, project_id=project_id, before=before)
        if wanted != before or proposals != proposals_before:
            _store(write, wanted, before, proposals, proposals_before)
        return wanted


def _store(
    write: ProjectWrite, wanted: Rules, before: Rules, proposals: ProposalPolicy, proposals_before: ProposalPolicy
) -> None:
    columns: dict[str, Any] = {"rules": wanted.data()}
    data: dict[str, Any] = {"rules": wanted.data(), "before": before.data()}
    if proposals != proposals_before:
        columns["proposals"] = proposals.data()
        data |= {"proposals": proposals.data(), "proposals_before": proposals_before.data()}
    Policy.objects.update_or_create(project=write.project, defaults=columns)
    write.record("policy.updated", Target.of("project", write.project.id), data)
