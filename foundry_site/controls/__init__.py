"""The controls for regulated use, each with its tests and their results in this build."""
