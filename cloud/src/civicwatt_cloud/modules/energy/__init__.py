"""What institutions used: figures with their basis, live load, lineage down to the readings."""
