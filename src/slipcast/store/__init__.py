"""The store: what every verb means. Implements the Api port over a Journal.

Nothing in the verbs is about one kind; what is, stands in the table `hooks`. Kinds without rows of
their own are in `virtual`, subresources that do something in `actions`.
"""
