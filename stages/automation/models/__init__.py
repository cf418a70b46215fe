"""The tables of automation."""

from stages.automation.models.executions import Due, Execution, Switch
from stages.automation.models.packages import Installation, Package

__all__ = ["Due", "Execution", "Installation", "Package", "Switch"]
