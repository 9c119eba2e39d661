"""Japanese: normalisation, numbers, dates, and the spaCy pipeline with the project's components and vocabularies."""
