"""Which database and which store the settings name: a school's own folder, or a district's servers.

The drivers of a district come with the extra `district`; a school's installation has none of them.
"""

from importlib.util import find_spec
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from guanke.settings import Settings
from lessons.errors import BadSetting
from lessons.outages import DistrictMissing
from storage.database import Database
from storage.folder import FolderStore
from storage.objects import ObjectStore

DATABASE_FORM = "postgresql://guanke@db.school.cn:5432/guanke"
STORE_FORM = "https://s3.school.cn:9000/guanke"


def database_of(settings: Settings) -> Database:
    """Return the database that the settings name; nothing is asked of it yet.

    Raises:
        BadSetting: its address is none of PostgreSQL.
        DistrictMissing: its driver is not installed.
    """
    if settings.database is None:
        return Database.at(settings.folder)
    try:
        url = make_url(settings.database)
    except ArgumentError as error:
        raise BadSetting(
            name="GUANKE_DATABASE", detail="address-form", form=DATABASE_FORM
        ) from error
    if url.get_backend_name() != "postgresql" or not url.database:
        raise BadSetting(name="GUANKE_DATABASE", detail="address-form", form=DATABASE_FORM)
    if find_spec("psycopg") is None:
        raise DistrictMissing(what="PostgreSQL")
    if settings.database_password is not None:
        url = url.set(password=settings.database_password.get_secret_value())
    return Database(url.render_as_string(hide_password=False))


def store_of(settings: Settings) -> ObjectStore:
    """Return the store that the settings name; nothing is asked of it yet.

    Raises:
        BadSetting: its address is none, or a key is missing.
        DistrictMissing: its client is not installed.
    """
    if settings.store is None:
        return FolderStore(settings.folder / "objects")
    address, bucket = _split(settings.store)
    if settings.store_access_key is None:
        raise BadSetting(name="GUANKE_STORE_ACCESS_KEY", detail="key-missing")
    if settings.store_secret_key is None:
        raise BadSetting(name="GUANKE_STORE_SECRET_KEY", detail="key-missing")
    if find_spec("minio") is None:
        raise DistrictMissing(what="S3")
    from storage.s3 import S3Place, S3Store

    return S3Store(
        S3Place(
            address=address,
            bucket=bucket,
            access_key=settings.store_access_key.get_secret_value(),
            secret_key=settings.store_secret_key.get_secret_value(),
            region=settings.store_region,
            renew_after_s=min(600.0, settings.keep_orphans_s / 2),
        )
    )


def _misformed(name: str, form: str) -> BadSetting:
    return BadSetting(name=name, detail="address-form", form=form)


def _split(address: str) -> tuple[str, str]:
    """Return where the server is, and the bucket: https://s3.school.cn:9000/guanke."""
    parts = urlsplit(address)
    bucket = parts.path.strip("/")
    right = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    if not right or not bucket or "/" in bucket:
        raise _misformed("GUANKE_STORE", STORE_FORM)
    return f"{parts.scheme}://{parts.netloc}", bucket
