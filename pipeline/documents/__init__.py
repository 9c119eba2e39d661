"""What becomes of one document: from its bytes to its rows and findings."""
