"""The verbs: each checks, changes, logs and commits in one transaction."""
