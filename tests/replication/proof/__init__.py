"""What proves what is said about other sites."""
