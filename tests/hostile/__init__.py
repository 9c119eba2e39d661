"""PDFs broken or made to harm, each with the outcomes that are right for it. All are made here, from seeds."""
