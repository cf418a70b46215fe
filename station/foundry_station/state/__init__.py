"""What a station remembers: one SQLite file of mode 600, written by one daemon at a time."""

from foundry_station.state.database import AnotherDaemon, State, StateUnavailable, default_folder

__all__ = ["AnotherDaemon", "State", "StateUnavailable", "default_folder"]
