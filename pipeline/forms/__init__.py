"""How a document and a form fit: the account of what was understood, and the start of a form for what was not."""
