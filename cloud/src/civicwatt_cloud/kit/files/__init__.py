"""Files of records: checked, stored once by their content, seen by whoever sees the record."""
