"""What operators see of other sites."""
