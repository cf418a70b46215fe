"""Fleet: released texts on workstations, where they are kept unaltered."""
