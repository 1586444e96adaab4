"""Objects for human eyes: the same rows in the command line, in Table answers and in tests."""
