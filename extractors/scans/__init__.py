"""Pages that are pictures: which pages are, how they are rendered, levelled, taken apart and recognised."""
