"""The controls for regulated use: each with its tests, and what they said of this build."""
