"""How fast it is: see run.py."""
