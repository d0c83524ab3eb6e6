"""Where an institution stands among its peers, and how sure that is."""
