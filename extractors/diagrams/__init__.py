"""別紙 diagrams: boxes, arrows, numbered steps, and who holds what."""
