"""The Reporter port: the API server, or whoever reads standard output."""
