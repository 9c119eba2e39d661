"""Tables: ruled, half ruled or not at all, with what stands in their cells."""
