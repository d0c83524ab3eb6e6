"""The stock of vehicles: quotas, purchase, cost, seals, violations, disposal."""
