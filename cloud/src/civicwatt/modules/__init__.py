"""Tools for whoever writes a module: how large the modules are, and a new one to begin with."""
