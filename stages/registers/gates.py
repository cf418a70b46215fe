"""What every release says of the registers: the clock, and the hash of the state that it covers (a baseline)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from publishing.gates import Gate, GateAnswer, GateQuestion
from stages.registers.models import Bundle
from stages.registers.reading.state import state_hash_of
from stages.registers.storing.storage import PostgresStorage

NAME: Final = "registers"


def check(question: GateQuestion) -> GateAnswer:
    """Let every release pass, with the facts of the registers; with none where nobody has written any."""
    project_id = question.project_id
    count = Bundle.objects.filter(project=project_id).count()
    if not count:
        return GateAnswer()
    clock = dict(sorted(PostgresStorage(project_id).clock().items()))
    return GateAnswer({"clock": clock, "state_hash": state_hash_of(project_id), "bundles": count})


GATE: Final = Gate(
    title=_("Records"),
    description=_("The release names the state of the records."),
    check=check,
    always=True,
    position=50,
)
