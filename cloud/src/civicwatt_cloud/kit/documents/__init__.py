"""Documents made from records: forms of approval as Word files and as PDF."""
