"""What a list says against what is stored → changes of a Draft. Reads the database; writes only in acts."""
