"""The dispatcher: hands committed events to those who hear of them later, here and elsewhere."""
