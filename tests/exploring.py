"""Examples that Hypothesis makes up: the same few in every run, other ones and many in ``script/check --explore``."""

from __future__ import annotations

import os
from unittest.mock import patch

from hypothesis import settings
from hypothesis.internal.conjecture import providers

EXPLORES = bool(os.environ.get("FOUNDRY_EXPLORE"))
TIMES_AS_MANY = 20
DEFAULT_EXAMPLES = 100


def examples(count: int) -> int:
    """How many examples a test takes that is content with ``count`` in every run."""
    return count * TIMES_AS_MANY if EXPLORES else count


def load_profile() -> None:
    """What holds for all these tests. None has a deadline: how long an example takes says nothing here."""
    settings.register_profile(
        "foundry", deadline=None, derandomize=not EXPLORES, max_examples=examples(DEFAULT_EXAMPLES), print_blob=True
    )
    settings.load_profile("foundry")
    if not EXPLORES:
        # Hypothesis tries the numbers and texts that stand in the code, too. The examples would be other ones after
        # each change of the product, and each process would parse all of it before its first test.
        patch.object(providers, "is_local_module_file", lambda path: False).start()
