"""Capabilities that a deployment may leave out: one app a folder, chosen by `FOUNDRY_STAGES` (docs/architecture.md)."""
