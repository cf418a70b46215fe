"""The rules and scripts that are on at this site, each kind as one value: every write of records reads them."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from kernel.statements import RowValues, ScalarQueries, run, select
from stages.automation.facets import MODULE, RULE, SCRIPT
from stages.automation.jobs import QUEUEING_LOCK

# A rule is on while its definition is the text that was switched on, and two sites did not write different ones, nor
# adopted different versions of its module. Of scripts, a row's last bundle and a switch's last event stand for what
# they hold, so that no text is read or hashed here.
_RULES: Final = """
SELECT coalesce(string_agg(
    switch.record || ':' || switch.sha256 || encode(sha256(convert_to(rule.shown ->> 'name', 'UTF8')), 'hex'),
    ' ' ORDER BY switch.record
), '')
FROM automation_switch AS switch
JOIN registers_row AS rule
ON rule.project_id = switch.project_id AND rule.facet = %s AND rule.record = switch.record
WHERE switch.project_id = %s AND switch.kind = 'rule' AND switch.is_on AND cardinality(rule.conflicts) = 0
AND NOT EXISTS (
    SELECT FROM registers_row AS module
    WHERE module.project_id = rule.project_id AND module.facet = %s AND cardinality(module.conflicts) > 0
    AND module.shown ->> 'name' = rule.shown ->> 'module'
)
AND encode(sha256(convert_to(rule.shown ->> 'definition', 'UTF8')), 'hex') = switch.sha256
"""
_SCRIPTS: Final = """
SELECT coalesce(string_agg(
    switch.record || ':' || encode(script.changed, 'hex') || ':'
    || (extract(epoch from switch.changed_at) * 1000000)::bigint || ':' || (job.id IS NOT NULL)::int,
    ' ' ORDER BY switch.record
), '')
FROM automation_switch AS switch
JOIN registers_row AS script
ON script.project_id = switch.project_id AND script.facet = %s AND script.record = switch.record
LEFT JOIN procrastinate_jobs AS job ON job.queueing_lock = %s || switch.record::text AND job.status = 'todo'
WHERE switch.project_id = %s AND switch.kind = 'script' AND switch.is_on AND cardinality(script.conflicts) = 0
"""


class SwitchedOn(NamedTuple):
    """What is on, with spaces between: rules as `record:hashes`, scripts as `record:row:switch:is queued`."""

    rules: str
    scripts: str


def switched_on_values(project_id: UUID) -> ScalarQueries:
    """What `switched_on` takes, to be read together with other values."""
    return (_RULES, _SCRIPTS), [RULE, project_id, MODULE, SCRIPT, QUEUEING_LOCK, project_id]


def switched_on(project_id: UUID, row: RowValues | None = None) -> SwitchedOn:
    """What is on in a project; `row` are the `switched_on_values`, where they have been read already."""
    rules, scripts = run(select([switched_on_values(project_id)]))[0] if row is None else row
    return SwitchedOn(str(rules), str(scripts))
