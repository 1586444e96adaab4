"""What is particular about writing kinds, one module per family; `store.hooks` is its table."""
