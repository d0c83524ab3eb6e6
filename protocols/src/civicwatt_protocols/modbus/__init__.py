"""Modbus: frames, block plan, decoding and encoding of registers."""
