"""Rows of the access matrix, a file for each part of the product (see tests/web/test_access_matrix.py)."""

# Viewers: nobody, sysadmin, administration, curator, teacher, stranger, student, parent.
SIGNED_IN = "401 ok  ok  ok  ok  ok  ok  ok"
STAFF = "401 ok  ok  ok  ok  ok  403 403"
OVERSEERS = "401 ok  ok  403 403 403 403 403"
SYSADMIN = "401 ok  403 403 403 403 403 403"
