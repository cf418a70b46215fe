"""Registers over REST, below ``projects/{id}/registers/``."""
