"""Source to image as rules: which script, which user, which environment, which labels."""
