"""The integrator's commands, one file each; cli.py registers them."""
