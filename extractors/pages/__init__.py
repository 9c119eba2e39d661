"""A page as read from its text layer: characters, strokes and shapes, and the lines that they make."""
