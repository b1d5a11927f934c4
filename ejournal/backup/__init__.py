"""Copies of a college: everything in one file that either database can be restored from (R2.3.store, R4.2.g)."""
