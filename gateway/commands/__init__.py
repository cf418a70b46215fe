"""The commands of the project's socket, by what they are about."""

from typing import Final

from gateway.commands.drafts import DRAFT_COMMANDS
from gateway.commands.events import EVENT_COMMANDS
from gateway.commands.locks import LOCK_COMMANDS
from gateway.commands.presence import PRESENCE_COMMANDS
from gateway.commands.proposals import PROPOSAL_COMMANDS
from gateway.commands.topics import TOPIC_COMMANDS
from gateway.registry import Command

PROJECT_COMMANDS: Final[tuple[Command, ...]] = (
    *LOCK_COMMANDS,
    *DRAFT_COMMANDS,
    *PROPOSAL_COMMANDS,
    *PRESENCE_COMMANDS,
    *EVENT_COMMANDS,
    *TOPIC_COMMANDS,
)
