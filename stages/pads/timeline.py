"""The activity of a pad from its beginning to its end, in a bounded number of sections."""

from __future__ import annotations

from typing import Any, Final

from accounts.models import User
from kernel.statements import run
from stages.pads.models import Pad

MAX_SECTIONS: Final = 200

_SECTIONS: Final = """
SELECT min(revision), max(revision), min(at), max(at), count(*), array_agg(DISTINCT user_id)
FROM pads_revision WHERE pad_id = %s GROUP BY (revision - 1)::bigint * %s::int / %s::int ORDER BY 1
"""


def timeline_body(pad: Pad) -> dict[str, Any]:
    """Sections of as many revisions each, with when they were written and by whom. Two queries."""
    rows = run((_SECTIONS, [pad.id, min(MAX_SECTIONS, max(pad.head, 1)), max(pad.head, 1)]))
    people = User.objects.in_bulk({user_id for row in rows for user_id in row[5] if user_id is not None})
    return {
        "head": pad.head,
        "sections": [
            {
                "first": first,
                "last": last,
                "began_at": began_at,
                "ended_at": ended_at,
                "changes": count,
                "people": [str(user_id) for user_id in users if user_id is not None],
            }
            for first, last, began_at, ended_at, count, users in rows
        ],
        "people": [person.person() for person in people.values()],
    }
