"""What is kept of every document for ever, and whether it is whole."""
