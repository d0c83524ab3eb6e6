"""Statistical returns of energy and resources: filled from meters and bills, checked, reviewed."""
