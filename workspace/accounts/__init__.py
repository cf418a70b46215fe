"""The page People: administrators see, make, change and close accounts."""
