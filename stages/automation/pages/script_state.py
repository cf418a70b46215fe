"""What the page of a script shows beside its text: whether it is on and why not, what it asks for, what was granted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import Notification
from projects.access import Access
from projects.models import Member, Role, Status
from projects.permissions import allowed
from stages.automation.events import SCRIPT_WANTS_GRANTS
from stages.automation.executing.grants import Grants
from stages.automation.executing.scripts import Script
from stages.automation.executing.settings import Argument
from stages.automation.models import Switch
from stages.automation.permissions import RUN_SCRIPT, SAVE_SCRIPT, SWITCH_SCRIPT
from stages.automation.reading.changes import OnChange, on_change_of
from stages.automation.reading.grant_words import ICONS, KINDS, grant_words, kind_words
from stages.automation.reading.script_texts import LastSave, last_save
from stages.automation.reading.scripts import ScriptState
from stages.automation.services.scripts import find_script
from stages.registers.reading.reader import Reader


def type_words() -> dict[str, str]:
    """The types of arguments in words."""
    return {
        "text": _("Text"),
        "lines": _("Several lines"),
        "integer": _("Whole number"),
        "decimal": _("Decimal number"),
        "boolean": _("Yes or no"),
        "date": _("Date"),
        "file": _("Text of a file"),
    }


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a script asks for or was granted. `state` is `granted`, `again`, `open` or `extra` (not asked)."""

    kind: str
    value: str
    words: str
    state: str

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def label(self) -> str:
        return kind_words(self.kind)

    @property
    def name(self) -> str:
        """How forms name it."""
        return f"{self.kind}:{self.value}"


class ScriptPage:
    """A script as one reader sees it."""

    def __init__(self, access: Access, user: User, script_id: UUID, reader: Reader | None = None) -> None:
        self.access, self.user = access, user
        self.project_id = access.project.id
        self.reader = reader or Reader(self.project_id)
        self.script: Script = find_script(self.project_id, script_id)

    @cached_property
    def switch(self) -> Switch | None:
        found = Switch.objects.filter(project=self.project_id, record=self.script.id)
        return found.select_related("changed_by").first()

    @cached_property
    def saved(self) -> LastSave | None:
        """Who wrote the text that it has now."""
        return last_save(self.project_id, self.script.id, reader=self.reader)

    @property
    def is_on(self) -> bool:
        switch = self.switch
        is_this_text = switch is not None and switch.is_on and switch.sha256 == self.script.sha256
        return is_this_text and not self.script.in_conflict

    @property
    def has_changed(self) -> bool:
        """Whether it was on in another text."""
        return self.switch is not None and self.switch.is_on and self.switch.sha256 != self.script.sha256

    @property
    def granted(self) -> Grants:
        """What the text that was switched on last may reach."""
        return Grants.of(self.switch.grants) if self.switch is not None and self.switch.is_on else Grants()

    @cached_property
    def wishes(self) -> list[Wish]:
        """What it asks for, then what this text may reach without asking."""
        wanted, granted = self.script.settings.capabilities.to_json(), self.granted.to_json()
        found = []
        for kind in KINDS:
            found += [self._wish(kind, value, self._state(value in granted[kind])) for value in wanted[kind]]
            found += [self._wish(kind, value, "extra") for value in granted[kind] if value not in wanted[kind]]
        return found

    @property
    def wanted(self) -> list[Wish]:
        return [each for each in self.wishes if each.state != "extra"]

    @property
    def silent_kinds(self) -> list[tuple[str, str]]:
        """What it does not ask for at all: icon and label."""
        asked = {each.kind for each in self.wishes}
        return [(ICONS[kind], kind_words(kind)) for kind in KINDS if kind not in asked]

    @property
    def triggers(self) -> list[tuple[str, str]]:
        """What it watches, as it is written and in words."""
        return [(each, grant_words(self.reader.schema, "read", each)) for each in self.script.settings.on_change]

    @cached_property
    def on_change(self) -> OnChange | None:
        """What it does on change; None where it watches nothing."""
        if not self.script.settings.on_change:
            return None
        state = ScriptState(self.script, self.is_on, self.granted)
        return on_change_of(self.project_id, [state])[self.script.id]

    @property
    def args(self) -> tuple[Argument, ...]:
        return self.script.settings.args

    @cached_property
    def owners(self) -> list[str]:
        """The names of those who can switch it on."""
        rows = Member.objects.filter(project=self.project_id, role=Role.OWNER, user__is_active=True)
        return list(rows.order_by("user__display_name").values_list("user__display_name", flat=True))

    @cached_property
    def is_asked(self) -> bool:
        """Whether an owner has an inbox line about this very text that nobody has dealt with."""
        facts = {"script_id": self.script.id, "sha256": self.script.sha256}
        return Notification.objects.about(SCRIPT_WANTS_GRANTS.kind, self.project_id, facts).unread().exists()

    @property
    def may_edit(self) -> bool:
        """Whether its text and settings may be changed here."""
        return self._may(SAVE_SCRIPT) and not self.script.module

    @property
    def may_save(self) -> bool:
        return self._may(SAVE_SCRIPT)

    @property
    def may_own(self) -> bool:
        return self._may(SWITCH_SCRIPT)

    @property
    def may_run(self) -> bool:
        return self._may(RUN_SCRIPT)

    @property
    def why_read_only(self) -> str:
        """Why its text cannot be changed here; empty where it can."""
        if self.script.module:
            return _("This script is of the module {module}. Copy it to change it.").format(module=self.script.module)
        status = Status(self.access.project.status)
        if allowed(SAVE_SCRIPT, role=Role.OWNER, status=status):
            return "" if self.may_edit else _("You can read it. Editors and owners change scripts.")
        return _("Read-only: the project is {status}.").format(status=status.label.lower())

    def _may(self, action: str) -> bool:
        return allowed(action, role=self.access.role, status=Status(self.access.project.status))

    def _state(self, is_granted: bool) -> str:
        if not is_granted:
            return "open"
        return "granted" if self.is_on else "again"

    def _wish(self, kind: str, value: str, state: str) -> Wish:
        return Wish(kind, value, grant_words(self.reader.schema, kind, value), state)
