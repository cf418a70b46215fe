"""The pages of runs, and what they add to the pages of the trunk."""
