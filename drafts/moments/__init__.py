"""Time travel: the workspace as it was at a version or a moment. Reads only; the record is enough for it."""
