"""Everything that writes policies, releases and signatures."""

from publishing.services.ending import reject_release, withdraw_release
from publishing.services.notes import write_release_notes
from publishing.services.policy import set_policy
from publishing.services.signing import sign_release
from publishing.services.submitting import submit_release

__all__ = [
    "reject_release",
    "set_policy",
    "sign_release",
    "submit_release",
    "withdraw_release",
    "write_release_notes",
]
