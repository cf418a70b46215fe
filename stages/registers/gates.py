"""What every release says of the registers: the clock, and the hash of the state that it covers (a baseline)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from audit.models import Event
from kernel.late import Late
from publishing.gates import Gate, GateAnswer, GateQuestion
from publishing.models import Release
from stages.registers.fold.clocks import Clock
from stages.registers.models import Bundle

# Late, because they load the library of shared documents.
_storage: Final = Late("stages.registers.storing.storage:PostgresStorage")
_state_hash_of: Final = Late("stages.registers.reading.state:state_hash_of")

NAME: Final = "registers"
RELEASED: Final = "release.released"


def check(question: GateQuestion) -> GateAnswer:
    """Let every release pass, with the facts of the registers; with none where nobody has written any."""
    project_id = question.project_id
    count = Bundle.objects.filter(project=project_id).count()
    if not count:
        return GateAnswer()
    clock = dict(sorted(_storage(project_id).clock().items()))
    return GateAnswer({"clock": clock, "state_hash": _state_hash_of(project_id), "bundles": count})


def clock_of_release(release: Release) -> Clock | None:
    """The clock of the registers when a release was released; None where nobody had written any."""
    events = Event.objects.of_project(release.project_id).filter(action=RELEASED, target_id=str(release.id))
    event = events.order_by("-id").first()
    bound = event.data.get("gates", {}).get(NAME) if event is not None else None
    return dict(bound["clock"]) if bound else None


GATE: Final = Gate(
    title=_("Records"),
    description=_("The release names the state of the records."),
    check=check,
    always=True,
    position=50,
)
