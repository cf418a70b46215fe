"""Trees for agents."""

from tests.runs.trees.conftest import folder, git, tree  # noqa: F401 (fixtures)
