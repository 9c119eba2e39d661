"""The two kinds of lists that papers on personal data hold: items (情報項目) and measures (情報保護対策)."""
