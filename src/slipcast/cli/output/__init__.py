"""How objects are printed: `-o`, and everything that goes with it.

form says what was asked for, printing prints it: tables, wholes (YAML, JSON, names), templates.
"""
