"""The registry: an OCI distribution server whose repositories are image streams."""
