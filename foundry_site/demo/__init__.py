"""The demo: a small, realistic project with a history, so that the first look at Foundry is not at an empty page."""
