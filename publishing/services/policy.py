"""Setting a project's policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from audit.services import Target
from drafts.fingerprints import fingerprint
from projects.writing import project_write
from publishing.models import Policy
from publishing.policies import Rules, read_rules, rules_of


def set_policy(*, caller: Caller, project_id: UUID, rules: Mapping[str, Any]) -> Rules:
    """Replace a project's policy; a rule that is left out gets its default. Owners only, not while in review.

    Applies to releases submitted from now on: each keeps the policy under which it was submitted. Gates are replaced
    as a whole, so a gate that is left out no longer runs. Raises `ValidationFailed` by rule.
    """
    parameters = {"rules": fingerprint(rules)}
    with project_write(caller=caller, project_id=project_id, action="policy.update", parameters=parameters) as write:
        before = rules_of(project_id)
        if write.repeat_of is not None:
            return before
        wanted = read_rules(rules, project_id=project_id, before=before)
        if wanted != before:
            Policy.objects.update_or_create(project=write.project, defaults={"rules": wanted.data()})
            data = {"rules": wanted.data(), "before": before.data()}
            write.record("policy.updated", Target.of("project", project_id), data)
        return wanted
