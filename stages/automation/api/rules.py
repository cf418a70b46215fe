"""Rules over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import NotFound
from projects.access import get_project
from projects.rest import ProjectView
from rest.schema import operation
from stages.automation.api import rule_serializers as shapes
from stages.automation.errors import spell_key
from stages.automation.permissions import READ
from stages.automation.reading.rule_history import RuleChange, history_of_rule
from stages.automation.reading.rule_samples import sample_of
from stages.automation.reading.rule_words import sentence
from stages.automation.reading.rules import SavedRule, rules_of
from stages.automation.rules.graph import Cycle
from stages.automation.services import rule_lives
from stages.automation.services import rules as services
from stages.registers.api.bodies import time_of
from stages.registers.reading.actors import Actors
from stages.registers.reading.reader import Reader
from stages.registers.schema import Schema


class RulesView(ProjectView):
    @operation("rules", answer=shapes.RuleList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The rules of the project, by their names."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        schema = Reader(project_id).schema
        return self.answer({"rules": [_body(each, schema) for each in rules_of(project_id)]})

    @operation("save_rule", takes=shapes.NewRule, answer=shapes.SavedRuleInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Save a new rule. `rule_cycle` names the rules that would set each other off without end."""
        data = self.body(shapes.NewRule)
        saved = services.save_rule(caller=self.caller(), project_id=project_id, **data)
        return self.answer(_saved(saved), 200 if saved.repeated else 201)


class RuleView(ProjectView):
    @operation("change_rule", takes=shapes.RuleChange, answer=shapes.SavedRuleInfo, repeatable=True)
    def put(self, request: Request, project_id: UUID, rule_id: UUID) -> HttpResponseBase:
        """Change a rule, and switch it on or off in this text."""
        data = self.body(shapes.RuleChange)
        return self.answer(
            _saved(services.save_rule(caller=self.caller(), project_id=project_id, rule_id=rule_id, **data))
        )

    @operation("rename_rule", takes=shapes.RuleRename, answer=shapes.SavedRuleInfo, repeatable=True)
    def patch(self, request: Request, project_id: UUID, rule_id: UUID) -> HttpResponseBase:
        """Give a rule another name. What it added says the new one."""
        data = self.body(shapes.RuleRename)
        done = rule_lives.rename_rule(caller=self.caller(), project_id=project_id, rule_id=rule_id, **data)
        return self.answer(_saved(done))


class RuleDeletionView(ProjectView):
    @operation("delete_rule", takes=shapes.RuleReason, answer=None, status=204, repeatable=True)
    def post(self, request: Request, project_id: UUID, rule_id: UUID) -> HttpResponseBase:
        """Delete a rule. What it added stays."""
        data = self.body(shapes.RuleReason)
        rule_lives.delete_rule(caller=self.caller(), project_id=project_id, rule_id=rule_id, **data)
        return self.answer(None, 204)


class RuleHistoryView(ProjectView):
    @operation("rule_history", answer=shapes.RuleHistory)
    def get(self, request: Request, project_id: UUID, rule_id: UUID) -> HttpResponseBase:
        """Each change of a rule's definition and name, the newest first; of a deleted rule, too."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        changes = history_of_rule(project_id, str(rule_id))
        if not changes:
            raise NotFound(_("There is no such rule."))
        actors, schema = Actors(project_id), Reader(project_id).schema
        actors.prefetch(each.last.actor_id for each in changes)
        return self.answer({"changes": [_change(each, actors, schema) for each in changes]})


class RuleCheckView(ProjectView):
    @operation("check_rule", takes=shapes.RuleQuestion, answer=shapes.RuleAnswer)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What a rule would do if it were saved now. Nothing is written."""
        data = {"rule_id": None, **self.body(shapes.RuleQuestion)}
        found = services.check_rule(caller=self.caller(), project_id=project_id, **data)
        look = found.look
        sample = sample_of(Reader(project_id), look)
        return self.answer(
            {
                "matches": len(look.matching),
                "there": len(look.matching) - len(look.joining) - len(look.kept_out),
                "joining": len(look.joining),
                "leaving": len(look.leaving),
                "staying": len(look.staying),
                "kept_out": len(look.kept_out),
                "sentence": sentence(found.rule, found.schema),
                "sample": [
                    {"record": each.named.record, "key": each.named.key, "text": each.named.text, "change": each.change}
                    for each in sample
                ],
                "cycle": _cycle(found.cycle) if found.cycle else None,
            }
        )


def _body(saved: SavedRule, schema: Schema) -> dict[str, Any]:
    return {
        "id": saved.id,
        "name": saved.name,
        "definition": saved.value,
        "sentence": sentence(saved.rule.rule, schema) if saved.rule else "",
        "module": saved.module,
        "is_on": saved.is_on,
        "is_conflicted": saved.is_conflicted,
    }


def _change(change: RuleChange, actors: Actors, schema: Schema) -> dict[str, Any]:
    return {
        "act": change.act,
        "name": change.name,
        "definition": change.definition,
        "sentence": sentence(change.rule.rule, schema) if change.rule else "",
        "by": actors.get(change.last.actor_id).name,
        "site": change.last.site,
        "at": time_of(change.last.hlc),
        "bundle_id": change.last.bundle_id,
    }


def _saved(saved: services.Saved) -> dict[str, Any]:
    return {"id": saved.id, "name": saved.name, "is_on": saved.is_on}


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {"rules": cycle.names, "columns": [[spell_key(key) for key in keys] for keys in cycle.keys]}
