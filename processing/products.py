"""A file that a step made: where it lies in scratch, and the digest it will be kept under."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Product:
    """One finished file in a step's scratch folder."""

    path: Path
    digest: str  # SHA-256, hexadecimal
    bytes: int
    media_type: str

    @classmethod
    def of(cls, path: Path, media_type: str) -> "Product":
        """Hash the finished file at `path`."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(path=path, digest=digest, bytes=path.stat().st_size, media_type=media_type)
