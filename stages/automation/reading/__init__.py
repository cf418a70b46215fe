"""What is read of modules, and written by nobody here."""
