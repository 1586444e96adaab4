"""Who may do what: rules of roles, the book of who has which, and what every installation has."""
