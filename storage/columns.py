"""The columns that many tables share, and how their constraints are called."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    MetaData,
    String,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware timestamp in UTC. SQLite keeps no zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # its protocol
    ) -> datetime | None:
        """Refuse a naive time: nobody knows when it is."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a timestamp needs a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  # its protocol
    ) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def own_id() -> Column[str]:
    """A UUIDv7 as text."""
    return Column("id", String(36), primary_key=True)


def created_at() -> Column[datetime]:
    """When the row was made."""
    return Column("created_at", UtcDateTime, nullable=False)


def recording_id(**options: Any) -> Column[str]:
    """The recording that the row belongs to, and goes with."""
    target = ForeignKey("recording.id", ondelete="CASCADE")
    return Column("recording_id", String(36), target, nullable=False, **options)


def school_group_id(**options: Any) -> Column[str]:
    """The school group that the row belongs to; no other ever sees it."""
    target = ForeignKey("school_group.id")
    return Column("school_group_id", String(36), target, nullable=False, **options)


def person_id(name: str, **options: Any) -> Column[str]:
    """A person; where they are erased, what they did stays."""
    return Column(name, String(36), ForeignKey("person.id", ondelete="SET NULL"), **options)


def span() -> tuple[Column[int], Column[int]]:
    """A half-open stretch in milliseconds."""
    return Column("start_ms", BigInteger, nullable=False), Column(
        "end_ms", BigInteger, nullable=False
    )


def one_of(column: str, states: Any) -> CheckConstraint:
    """Hold a column to the values of an enumeration."""
    allowed = ", ".join(f"'{s.value}'" for s in states)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)
