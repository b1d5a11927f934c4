"""What jobs and nights consist of, a file per subject; every file here is loaded and registers itself."""
