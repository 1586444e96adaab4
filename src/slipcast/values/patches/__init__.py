"""The ways of changing a document in part, one a module; `values/patch.py` is their front door."""
