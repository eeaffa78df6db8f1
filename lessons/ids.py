"""Identifiers: UUIDv7, so that rows sort by the moment they were made (RFC 9562 §5.7)."""

import os
import time
import uuid


def new_id() -> str:
    """Return a fresh UUIDv7 as its 36-character text."""
    milliseconds = time.time_ns() // 1_000_000
    randomness = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | randomness
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
