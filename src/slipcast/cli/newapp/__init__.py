"""new-app at the command line: its flags, its questions answered, its objects created."""
