"""What happens to documents: the command line, the archive, one document end to end, the tables and their schema."""
