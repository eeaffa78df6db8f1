"""Between a noun of `lessons` and a row of its table: one definition each, nothing copied by hand.

A noun's field and its column have the same name; a field that is itself a structure is a JSON
column. `tests/unit/test_mapping.py` holds every table against its noun.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import JSON, Row, Table

Noun = TypeVar("Noun")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def adapter(noun: Any) -> TypeAdapter[Any]:
    """Return the reader and writer of a noun's class; making one is dear, so it is kept."""
    if noun not in _adapters:
        _adapters[noun] = TypeAdapter(noun)
    return _adapters[noun]


def to_plain(noun: object) -> Any:
    """Return a noun as JSON-ready dicts, lists and numbers."""
    return adapter(type(noun)).dump_python(noun, mode="json")


def from_plain(noun: type[Noun], plain: object) -> Noun:
    """Return the noun that `to_plain` wrote."""
    found: Noun = adapter(noun).validate_python(plain)
    return found


def to_row(noun: object, table: Table, **more: object) -> dict[str, Any]:
    """Return the column values of a noun for `table`; `more` adds columns that the noun lacks."""
    rich = adapter(type(noun)).dump_python(noun)
    plain = to_plain(noun)
    values = {
        c.name: plain[c.name] if isinstance(c.type, JSON) else rich[c.name]
        for c in table.columns
        if c.name in rich
    }
    return values | more


def from_row(noun: type[Noun], row: Row[Any] | Mapping[str, Any], **more: object) -> Noun:
    """Return the noun that a row holds; columns that it does not know are left out."""
    values = dict(row._mapping) if isinstance(row, Row) else dict(row)
    fields = getattr(noun, "__dataclass_fields__", {})
    return from_plain(noun, {k: v for k, v in (values | more).items() if k in fields})
