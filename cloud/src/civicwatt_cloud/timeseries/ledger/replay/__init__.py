"""What the ledger would say of somebody's export of readings."""
