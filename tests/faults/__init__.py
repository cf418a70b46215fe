"""Nodes are killed and services broken: shorter in `script/test`, in full length in `script/check --faults`."""

from __future__ import annotations

import os
from typing import Final

IS_LONG: Final = bool(os.environ.get("FOUNDRY_FAULTS"))
