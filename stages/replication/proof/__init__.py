"""What `verify_audit`, bundles and files of projects say about other sites."""
