"""Messages that come in parts."""

from dataclasses import replace

from .frames import Message, bad

MOST_PARTS = 64  # of a message: 65 kB [engineering default]
MOST_BEGUN = 4  # messages of one terminal that are not whole yet [engineering default]


class Assembler:
    """Puts the parts of one terminal's messages together; keeps no more than a few that are not whole."""

    def __init__(self) -> None:
        self._begun: dict[tuple[int, int], dict[int, bytes]] = {}

    def add(self, message: Message) -> Message | None:
        """The whole message, when this is all or the last of it. Raises TerminalFrameError.

        The parts of a message have successive serial numbers: the whole has that of the first.
        """
        if message.parts == 1:
            return message
        if message.parts > MOST_PARTS:
            raise bad(f"{message.parts} parts", f"分为 {message.parts} 包")
        key = message.id, (message.serial - message.part + 1) % 0x10000
        pieces = self._begun.pop(key, {})
        pieces[message.part] = message.body
        if any(number > message.parts for number in pieces):
            raise bad("parts that do not belong together", "分包总数前后不一致")
        if len(pieces) < message.parts:
            self._begun[key] = pieces  # the newest stands last
            if len(self._begun) > MOST_BEGUN:
                del self._begun[next(iter(self._begun))]
            return None
        body = b"".join(pieces[number] for number in range(1, message.parts + 1))
        return replace(message, serial=key[1], body=body, part=1, parts=1)
