"""What the tests of controls need: scripts, rules and modules in a project each."""

from tests.automation.executing.conftest import desk
from tests.automation.modules.conftest import site
from tests.automation.rules.conftest import stage

__all__ = ["desk", "site", "stage"]
