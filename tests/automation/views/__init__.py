"""Views that modules declare."""
