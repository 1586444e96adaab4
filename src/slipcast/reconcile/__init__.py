"""Controllers, decided: one pure function each, from a view of the world to actions."""
