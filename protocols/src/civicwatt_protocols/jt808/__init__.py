"""JT/T 808-2013 and -2019, what vehicle terminals speak: frames, messages, locations. No I/O.

Every function that reads bytes raises TerminalFrameError for what cannot be, and nothing else.
Source: JT/T 808-2019 by public codecs and descriptions (emqx/emqx, traccar/traccar), not by its text.
"""

from .frames import Message, Splitter, encode, parse
from .location import Location
from .parts import Assembler

__all__ = ["Assembler", "Location", "Message", "Splitter", "encode", "parse"]
