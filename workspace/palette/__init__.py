"""The command palette: everything that a person can go to or do from where they are, found by a few letters."""
