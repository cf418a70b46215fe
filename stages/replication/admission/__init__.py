"""Admission: how sites come to a project, what they may do there, and how they are cut off."""
