"""Reading and editing Dockerfiles, and the ignore files beside them."""
