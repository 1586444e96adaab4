"""Objects described for people: what matters of each kind, in the order that people ask for it.

page lays lines out; a module for each family of kinds says what stands in them; description is the
table of all.
"""
