"""Who runs pods: local processes, or an engine of containers."""
