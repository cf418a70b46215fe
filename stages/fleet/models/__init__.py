"""Teams with their directives, what was sealed for them, and the stations that obey."""

from stages.fleet.models.directives import Directive, Edition
from stages.fleet.models.requests import Decision, Request
from stages.fleet.models.stations import DeviceCode, Placement, Report, Station
from stages.fleet.models.teams import Grant, Team, TeamMember

__all__ = [
    "Decision",
    "DeviceCode",
    "Directive",
    "Edition",
    "Grant",
    "Placement",
    "Report",
    "Request",
    "Station",
    "Team",
    "TeamMember",
]
