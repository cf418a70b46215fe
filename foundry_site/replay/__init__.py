"""Replay a prompt history through the REST API of a running Foundry, and read every version back."""
