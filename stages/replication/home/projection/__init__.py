"""What home's record says, computed from the copied events: nothing of it is stored in the tables of this site."""
