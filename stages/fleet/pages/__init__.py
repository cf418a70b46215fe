"""The pages of the fleet: overview, teams, directives, stations, requests, reports."""
