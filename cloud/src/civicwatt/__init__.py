"""The `civicwatt` command, the demo and the drills: the only package that sees all the others."""
