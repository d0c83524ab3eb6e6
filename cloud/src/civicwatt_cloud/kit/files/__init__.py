"""Files of records: checked, stored once by their content, shown in the scope of the record they belong to."""
