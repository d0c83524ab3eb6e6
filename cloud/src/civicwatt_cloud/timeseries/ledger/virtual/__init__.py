"""Virtual meters: formulas of other points, checked, kept, computed exactly."""
