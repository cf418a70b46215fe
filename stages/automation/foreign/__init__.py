"""Views that are a module's own code: they run in a frame that reaches nothing, and are drawn by Foundry."""
