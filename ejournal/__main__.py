"""`python -m ejournal …` is the same as `ejournal …`."""

from ejournal.cli import main

main()
