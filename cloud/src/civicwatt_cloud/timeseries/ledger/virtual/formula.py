"""The formula of a virtual meter: text to a tree of frozen nodes. Pure; nothing is ever evaluated as code.

    formula   = term (("+" | "-") term)*
    term      = factor (("*" | "/") factor)*
    factor    = "-" factor | NUMBER | REFERENCE | "(" formula ")" | bound
    bound     = ("max" | "min") "(" formula "," formula ")"

A number is decimal. A reference is gateway/device or a code or account. It begins with a letter and runs to
the next blank or one of + * ( ) [ ] , so that gw-01/M-0101 is one reference and a minus or a division after
a reference needs a blank before it. In brackets anything may be a reference: [4201007] is an account.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.timeseries.ledger.virtual.errors import FormulaSyntax, FormulaTooLong

_OPERAND = {"wanted_zh": "数、测点或括号", "wanted": "a number, a point or a bracket"}
LONGEST = 4000  # characters [engineering default]
MOST_SIGNS = 150  # bounds how deep a tree can be [engineering default]

# Signs as a Chinese keyboard gives them.
_AS_ASCII = str.maketrans("＋－−×＊÷／（），［］", "+--**//(),[]")
_TOKEN = re.compile(
    r"(?P<number>\d+(\.\d+)?(?![\w.]))|(?P<reference>[^\W\d][^\s+*()\[\],]*)|\[(?P<bracketed>[^\[\]]+)\]"
    r"|(?P<sign>[-+*/(),])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal constant."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Reference:
    """The consumption of another point, by the name a person gave it."""

    name: str
    position: int  # of its first character, from 1


@dataclass(frozen=True, slots=True)
class Negative:
    """−x."""

    of: "Node"


@dataclass(frozen=True, slots=True)
class Operation:
    """left sign right; sign is one of + - * /."""

    sign: str
    left: "Node"
    right: "Node"
    position: int  # of the sign


@dataclass(frozen=True, slots=True)
class Bound:
    """max(left, right) or min(left, right)."""

    name: str
    left: "Node"
    right: "Node"
    position: int


Node = Number | Reference | Negative | Operation | Bound


class _Token(NamedTuple):
    kind: str  # number | reference | sign | end
    text: str
    position: int


def parse(text: str) -> Node:
    """The tree of a formula. Errors: FormulaSyntax, FormulaTooLong."""
    if len(text) > LONGEST:
        raise FormulaTooLong(length=len(text), limit=LONGEST)
    tokens = _tokens(text)
    if (signs := sum(token.kind == "sign" for token in tokens)) > MOST_SIGNS:
        raise FormulaTooLong(length=signs, limit=MOST_SIGNS)
    return _Parser(tokens).whole()


def _tokens(text: str) -> list[_Token]:
    plain = text.translate(_AS_ASCII)
    found: list[_Token] = []
    at = 0
    while True:
        at += len(plain[at:]) - len(plain[at:].lstrip())
        if at == len(plain):
            return [*found, _Token("end", "", at + 1)]
        match = _TOKEN.match(plain, at)
        if match is None:
            raise FormulaSyntax(position=at + 1, found=text[at], **_OPERAND)
        kind = str(match.lastgroup)
        name = match["bracketed"]
        found.append(_Token("reference" if name else kind, (name or match[0]).strip(), at + 1))
        at = match.end()


class _Parser:
    """Recursive descent, one function a rule of the grammar."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def whole(self) -> Node:
        node = self._sum()
        if self._next.kind != "end":
            raise self._wrong("运算符或结尾", "an operator or the end")
        return node

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _accept(self, *signs: str) -> _Token | None:
        """The next token if it is one of these signs."""
        token = self._next
        if token.kind != "sign" or token.text not in signs:
            return None
        self._at += 1
        return token

    def _sign(self, text: str, wanted_zh: str, wanted: str) -> None:
        """Pass over this sign, which must stand here."""
        if self._accept(text) is None:
            raise self._wrong(wanted_zh, wanted)

    def _wrong(self, wanted_zh: str, wanted: str) -> FormulaSyntax:
        token = self._next
        found = token.text or "…"
        return FormulaSyntax(position=token.position, found=found, wanted_zh=wanted_zh, wanted=wanted)

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._accept("+", "-"):
            node = Operation(sign.text, node, self._product(), sign.position)
        return node

    def _product(self) -> Node:
        node = self._factor()
        while sign := self._accept("*", "/"):
            node = Operation(sign.text, node, self._factor(), sign.position)
        return node

    def _factor(self) -> Node:
        if self._accept("-"):
            return Negative(self._factor())
        if self._accept("("):
            node = self._sum()
            self._close()
            return node
        token = self._next
        if token.kind not in {"number", "reference"}:
            raise self._wrong(**_OPERAND)
        self._at += 1
        if token.kind == "number":
            return Number(Fraction(token.text))
        if token.text in {"max", "min"} and self._accept("("):
            left = self._sum()
            self._sign(",", "逗号", "a comma")
            right = self._sum()
            self._close()
            return Bound(token.text, left, right, token.position)
        return Reference(token.text, token.position)

    def _close(self) -> None:
        self._sign(")", "右括号", "a closing bracket")
