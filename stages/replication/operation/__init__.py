"""What operators see of other sites: `manage.py doctor` and figures for Prometheus."""
