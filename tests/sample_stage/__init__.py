"""A tiny stage that uses every plug of the trunk: people put notes on a project's versions."""
