"""The record of home: its audit chain, copied event by event, and the contents that it names, at the other sites."""
