"""Gateways: how one is let in, how it proves itself, how it is shut out."""
