"""Objects made from the flags of `create`: pure rules, one module for each sort of object."""
