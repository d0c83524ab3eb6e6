"""MQTT as it lies in the blocks of a socket: which bytes are messages at QoS 0, and which are not.

Source: MQTT 3.1.1 and 5.0, chapters 2.1 (structure of a control packet) and 3.3 (PUBLISH).
"""

from collections.abc import Callable

_PUBLISH, _TYPE_AND_QOS = 0x30, 0xF6  # type 3, QoS 0; DUP is not looked at, RETAIN is told
_LONGEST = 4  # bytes of a length


class BadFrame(ValueError):
    """Bytes that no broker sends."""


def split(
    block: bytes,
    message: Callable[[bytes, bytes, bool], None],
    other: Callable[[bytes], None],
    *,
    version5: bool,
) -> bytes:
    """Hand out a block's frames in their order; returns the beginning of one that is not there yet.

    `message` takes topic, payload and retain of a message at QoS 0, `other` the bytes of any other frame.
    Raises BadFrame.
    """
    at, end = 0, len(block)
    while end - at >= 2:
        length, start = block[at + 1], at + 2
        if length > 127:
            length, start = _number(block, at + 1)
            if not start:
                break
        stop = start + length
        if stop > end:
            break
        if block[at] & _TYPE_AND_QOS == _PUBLISH:
            topic = start + 2
            payload = topic + (block[start] << 8 | block[start + 1])
            name = block[topic:payload]
            if version5:
                size, payload = _number(block, payload)
                payload += size
            if length < 2 or payload > stop:
                raise BadFrame("a PUBLISH is shorter than its topic")
            message(name, block[payload:stop], bool(block[at] & 1))
        else:
            other(block[at:stop])
        at = stop
    return block[at:]


def _number(block: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer and the place after it; place 0: it is not all there."""
    value = 0
    for index, byte in enumerate(block[at : at + _LONGEST]):
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            return value, at + index + 1
    if len(block) - at >= _LONGEST:
        raise BadFrame("a length of more than four bytes")
    return 0, 0
