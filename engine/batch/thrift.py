"""Thrift's compact encoding, as far as copying a Parquet footer with some numbers changed needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Union

Change = Callable[[int], int]
Plan = Mapping[int, Union[Change, "Plan"]]
"""What to change in a struct, by the number of the field; of a list, in each of its entries."""

TRUE, FALSE, BYTE, I64, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 6, 7, 8, 9, 10, 12
NOTHING: Plan = {}
_MANY = 15


class Compact:
    """Reads values one after the other, and gives each as the bytes that it is written with."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def fields(self, plan: Plan = NOTHING) -> Iterator[tuple[int, int, bytes]]:
        """The fields of a struct: number, type and value."""
        number = 0
        while head := self._take(1)[0]:
            kind = head & 15
            number = number + (head >> 4) if head >> 4 else zigzag(self.varint())
            yield number, kind, b"" if kind in (TRUE, FALSE) else self.value(kind, plan.get(number, NOTHING))

    def entries(self) -> tuple[int, int]:
        """The number of entries of a list, and their type."""
        head = self._take(1)[0]
        return (self.varint() if head >> 4 == _MANY else head >> 4), head & 15

    def value(self, kind: int, plan: Change | Plan = NOTHING) -> bytes:
        """The next value, changed as the plan says."""
        if callable(plan):
            return unsigned(unzigzag(plan(zigzag(self.varint()))))
        if kind == STRUCT:
            return struct(self.fields(plan))
        if kind in (LIST, SET):
            count, inner = self.entries()
            return listed(inner, [self.value(inner, plan) for _ in range(count)])
        if kind == BINARY:
            length = self.varint()
            return unsigned(length) + self._take(length)
        if kind <= BYTE:
            return self._take(1)
        if kind <= I64:
            return unsigned(self.varint())
        if kind == DOUBLE:
            return self._take(8)
        raise ValueError(kind)

    def varint(self) -> int:
        """The next number, without a sign."""
        found = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            found |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004 - the highest bit says that there is more
                return found
            shift += 7

    def _take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def struct(fields: Iterator[tuple[int, int, bytes]]) -> bytes:
    """A struct of fields in the order of their numbers."""
    out, last = bytearray(), 0
    for number, kind, value in fields:
        near = 0 < number - last <= _MANY
        out += bytes([(number - last) << 4 | kind]) if near else bytes([kind]) + unsigned(unzigzag(number))
        out += value
        last = number
    return bytes(out + b"\0")


def listed(kind: int, entries: list[bytes]) -> bytes:
    """A list of entries of one type."""
    count = len(entries)
    head = bytes([count << 4 | kind]) if count < _MANY else bytes([_MANY << 4 | kind]) + unsigned(count)
    return head + b"".join(entries)


def unsigned(number: int) -> bytes:
    """A number without a sign, seven bits a byte."""
    out = bytearray()
    while number > 127:  # noqa: PLR2004 - seven bits
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def zigzag(number: int) -> int:
    """The number with a sign that stands for one without."""
    return (number >> 1) ^ -(number & 1)


def unzigzag(number: int) -> int:
    """The number without a sign that stands for one with."""
    return number << 1 if number >= 0 else (-number << 1) - 1
