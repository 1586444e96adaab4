"""The command line: words to values to ports, and results to text."""
