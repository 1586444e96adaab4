"""A project as a whole: what feeds what, how it is going, and what is wrong with it."""
