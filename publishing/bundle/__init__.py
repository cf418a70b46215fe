"""The bundle: a release, or a whole project, with everything that proves it without Foundry."""
