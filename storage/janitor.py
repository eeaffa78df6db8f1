"""Compares what the database counts on with what the store holds, and clears what nobody names."""

import hashlib
from dataclasses import dataclass

from storage import artifacts, audit
from storage.database import Database
from storage.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What `fsck` found; everything empty is a healthy house."""

    missing: tuple[str, ...] = ()  # named by a row, gone from the store
    damaged: tuple[str, ...] = ()  # there, with other bytes than its name says
    orphans: tuple[str, ...] = ()  # in the store, named by no row
    broken_audit_lines: tuple[int, ...] = ()

    @property
    def lost(self) -> bool:
        """Whether something is wrong that no janitor mends."""
        return bool(self.missing or self.damaged or self.broken_audit_lines)


def fsck(database: Database, store: ObjectStore, *, deep: bool = False) -> Findings:
    """Compare rows and objects; `deep` reads every byte and hashes it again."""
    held = {o.digest: o.bytes for o in store.objects()}
    with database.read() as connection:
        named = dict(artifacts.named_digests(connection))
        broken = tuple(audit.broken_lines(connection))
    damaged = {d for d, size in named.items() if d in held and held[d] != size}
    if deep:
        damaged |= {d for d in held if d in named and not is_sound(store, d)}
    return Findings(
        missing=tuple(sorted(d for d in named if d not in held and not store.has(d))),
        damaged=tuple(sorted(damaged)),
        orphans=tuple(sorted(set(held) - set(named))),
        broken_audit_lines=broken,
    )


def clear_orphans(database: Database, store: ObjectStore, *, older_than_s: float) -> int:
    """Delete objects that no row has named for so long; return how many there were.

    The time of grace keeps what a running step has put and not yet committed.
    """
    cleared = store.sweep(older_than_s)
    for found in list(store.objects()):
        if found.age_s < older_than_s:
            continue
        with database.read() as connection:
            named = artifacts.is_named(connection, found.digest)
        if not named:
            store.delete(found.digest)
            cleared += 1
    return cleared


def is_sound(store: ObjectStore, digest: str) -> bool:
    """Return whether an object's bytes are what its name says."""
    found = hashlib.sha256()
    for piece in store.read(digest):
        found.update(piece)
    return found.hexdigest() == digest
