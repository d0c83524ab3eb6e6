"""SunSpec: devices that describe their own registers. Found, walked and decoded without any I/O.

walk.discover and walk.poll are generators: they yield the reads they want and are sent the answers.
Sources: SunSpec models json @7abdf89 (offsets, types, scale factors); finding the models and the values that
mean "not implemented" are from memory (0.95).
"""
