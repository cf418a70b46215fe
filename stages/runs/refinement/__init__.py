"""Refining a text against a suite: what is tried, how it is measured, and which one is the best."""
