"""What replication promises to regulated users."""
