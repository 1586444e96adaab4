"""Public doubles and builders of test values; shipped, typed and tested like the rest."""
