TEXT = b"a directory of its own\n"
