"""Pure rules about brands: which colours can be read, which pictures are taken, and how they are written anew.

A mark is a PNG and nothing else: drawings in SVG can carry scripts. It is decoded to its points and packed again, so
that nothing of the file is kept but the picture itself: no remarks, no place where it was taken, no trailing data.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

#: What all text of ours has (WCAG 2.2, 1.4.6), on the ground of our pages, the darker of paper and sheet.
CONTRAST, GROUND = 7.0, "#faf5eb"
#: Points of a mark to a side, and bytes of it as sent: every page of the community carries it once.
SMALLEST, LARGEST, HEAVIEST = 48, 256, 12 * 1024
#: Bytes of a file that is looked at.
LONGEST_FILE = 512 * 1024
SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Samples of a point by colour type: grey, colour, palette, grey and alpha, colour and alpha.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class MarkRefused(Exception):
    """The picture is not taken. `problem` is a code: not_png, broken, size, heavy."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def is_colour(text: str) -> bool:
    """Whether it is a colour as #rrggbb."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_readable(colour: str) -> bool:
    """Whether text in it can be read by everybody on the ground of our pages."""
    return contrast(colour, GROUND) >= CONTRAST


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rewritten(data: bytes) -> bytes:
    """The mark packed anew: header, palette, transparency and points, nothing else. Raises MarkRefused."""
    if len(data) > LONGEST_FILE:
        raise MarkRefused("heavy")
    if not data.startswith(SIGNATURE):
        raise MarkRefused("not_png")
    try:
        parts = _parts(data)
        points = _points(parts)
    except (struct.error, zlib.error, KeyError) as error:
        raise MarkRefused("broken") from error
    kept = [(b"IHDR", parts[b"IHDR"])]
    kept += [(kind, parts[kind]) for kind in (b"PLTE", b"tRNS") if kind in parts]
    kept += [(b"IDAT", zlib.compress(points, 9)), (b"IEND", b"")]
    packed = SIGNATURE + b"".join(_chunk(kind, body) for kind, body in kept)
    if len(packed) > HEAVIEST:
        raise MarkRefused("heavy")
    return packed


def _parts(data: bytes) -> dict[bytes, bytes]:
    """The chunks by kind, the parts of the picture joined. Raises MarkRefused where a sum does not fit."""
    found: dict[bytes, bytes] = {}
    for kind, body, checked in _chunks(data):
        if zlib.crc32(kind + body) != checked:
            raise MarkRefused("broken")
        found[kind] = found.get(kind, b"") + body if kind == b"IDAT" else body
        if kind == b"IEND":
            return found
    raise MarkRefused("broken")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    at = len(SIGNATURE)
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        (checked,) = struct.unpack_from(">I", data, at + 8 + length)
        yield kind, body, checked
        at += 12 + length


def _points(parts: dict[bytes, bytes]) -> bytes:
    """The points as they lie in the file, unpacked no further than the header allows: no bomb goes off."""
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise MarkRefused("size")
    if (packing, filtering, interlaced) != (0, 0, 0) or depth not in (1, 2, 4, 8) or colour not in SAMPLES:
        raise MarkRefused("broken")
    line = 1 + (width * depth * SAMPLES[colour] + 7) // 8
    unpacking = zlib.decompressobj()
    points = unpacking.decompress(parts[b"IDAT"], line * height + 1)
    is_whole = len(points) == line * height and unpacking.eof
    if not is_whole or any(points[start] > 4 for start in range(0, len(points), line)):
        raise MarkRefused("broken")
    if colour == 3 and not 0 < len(parts[b"PLTE"]) <= 768:
        raise MarkRefused("broken")
    return points


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
