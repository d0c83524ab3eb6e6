"""`python -m civicwatt` is the `civicwatt` command."""

from civicwatt.cli import main

main()
