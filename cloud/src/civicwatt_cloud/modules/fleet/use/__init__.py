"""The use of vehicles: asked for, sent, rented, shared, settled."""
