"""An object store behind an S3 door: the same blobs under the same names, in a private bucket.

Any server that speaks S3 will do. One PUT, or the completion of a multipart upload, is what makes
an object appear: whole or not at all. Only the `district` extra brings the client along.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote, urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import REPLACE, CopySource
from minio.error import MinioException, S3Error
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, TimeoutError

from lessons.errors import DiskFull, ObjectMissing
from lessons.outages import ChangedWhileSent, ObjectDamaged, StoreRefused, StoreUnreachable
from storage.durable import disk_errors
from storage.objects import StoredObject

PIECE = 1 << 20
MISSING = {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}
REFUSED = {
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidBucketName",
    "AuthorizationHeaderMalformed",
    "RequestTimeTooSkewed",
    "BucketAlreadyExists",
}
FULL = {"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "EntityTooLarge"}
REOPENINGS = 3  # of one read whose connection broke half-way


@dataclass(frozen=True, kw_only=True)
class S3Place:
    """Where the bucket is, and with which keys."""

    address: str  # https://s3.school.cn:9000
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    region: str = "us-east-1"
    part_bytes: int = 16 << 20  # of a multipart upload: 10,000 of them are 160 GB
    renew_after_s: float = 600.0  # putting again what is younger leaves it as it is
    patience_s: float = 60.0  # without one byte from the server

    def __str__(self) -> str:
        return f"{self.address.rstrip('/')}/{self.bucket}"


class S3Store:
    """Blobs as objects `sha256/ab/abcd…` of one bucket, which is made when it is first needed."""

    def __init__(self, place: S3Place) -> None:
        self.place = place
        parts = urlsplit(place.address)
        self._client = Minio(
            parts.netloc,
            access_key=place.access_key,
            secret_key=place.secret_key,
            secure=parts.scheme == "https",
            region=place.region,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=min(5.0, place.patience_s), read=place.patience_s),
                maxsize=20,
                retries=urllib3.Retry(
                    total=2, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]
                ),
            ),
        )

    def put(self, path: Path, digest: str) -> None:
        """Send the file at `path`, in parts where it is long; its digest is taken on the way.

        Raises:
            StoreUnreachable, StoreRefused: nothing was kept.
            ChangedWhileSent: the file was not what its name says; nothing was kept.
        """
        with self._told():
            try:
                self._put(path, digest)
            except S3Error as error:
                if error.code != "NoSuchBucket":
                    raise
                self._make_bucket()
                self._put(path, digest)

    def _put(self, path: Path, digest: str) -> None:
        known = self._age_s(digest)
        if known is not None:
            if known >= self.place.renew_after_s:
                self._renew(digest)
            return
        with path.open("rb") as file:
            sent = _Counted(file)
            self._client.put_object(
                self.place.bucket,
                _key(digest),
                cast(BinaryIO, sent),
                path.stat().st_size,
                part_size=self.place.part_bytes,
                num_parallel_uploads=2,
            )
        if sent.digest.hexdigest() != digest:
            self._client.remove_object(self.place.bucket, _key(digest))
            raise ChangedWhileSent(file=path.name)

    def _age_s(self, digest: str) -> float | None:
        """Return how old the object is, or None where there is none."""
        try:
            found = self._client.stat_object(self.place.bucket, _key(digest))
        except S3Error as error:
            if error.code in MISSING:
                return None
            raise
        return _age_s(found.last_modified)

    def _renew(self, digest: str) -> None:
        """Make it young again by copying it onto itself: the janitor leaves it until it is named.

        Where it has gone since we looked, the next attempt of the step puts it anew.
        """
        source = CopySource(self.place.bucket, _key(digest))
        self._client.copy_object(
            self.place.bucket, _key(digest), source, metadata={}, metadata_directive=REPLACE
        )

    def _make_bucket(self) -> None:
        try:
            self._client.make_bucket(self.place.bucket)
        except S3Error as error:
            if error.code != "BucketAlreadyOwnedByYou":  # somebody else was faster
                raise

    def has(self, digest: str) -> bool:
        """Return whether the blob is there."""
        try:
            self.size(digest)
        except ObjectMissing:
            return False
        return True

    def size(self, digest: str) -> int:
        """Return its length in bytes."""
        with self._told(digest):
            found = self._client.stat_object(self.place.bucket, _key(digest))
            return int(found.size or 0)

    def read(self, digest: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield its bytes; a connection that breaks half-way is opened again where it broke."""
        end = self.size(digest)
        if length is not None:
            end = min(end, start + length)
        left = REOPENINGS
        while start < end:
            try:
                for piece in self._pieces(digest, start, end - start):
                    start += len(piece)
                    yield piece
            except StoreUnreachable:
                left -= 1
                if not left:
                    raise

    def _pieces(self, digest: str, start: int, length: int) -> Iterator[bytes]:
        with self._told(digest):
            answer = self._client.get_object(
                self.place.bucket, _key(digest), offset=start, length=length
            )
            try:
                yield from answer.stream(PIECE)
            finally:
                answer.close()
                answer.release_conn()

    def fetch(self, digest: str, scratch: Path) -> Path:
        """Bring the blob into `scratch` and return that file; its digest is held against its name.

        Raises:
            ObjectMissing: it is not there.
            ObjectDamaged: the store gives other bytes.
            DiskFull: `scratch` has no room for it.
        """
        target = scratch / digest
        if target.exists():
            return target
        found = hashlib.sha256()
        partial = target.with_suffix(".partial")
        with disk_errors(scratch):
            with partial.open("wb") as file:
                for piece in self.read(digest):
                    found.update(piece)
                    file.write(piece)
            if found.hexdigest() != digest:
                partial.unlink()
                raise ObjectDamaged(place=self.place, digest=digest)
            partial.chmod(0o440)
            partial.replace(target)
        return target

    def link(self, digest: str, *, seconds: float, download_as: str | None = None) -> str:
        """Return an address at which anybody may read this one blob for so long (presigned)."""
        headers: dict[str, str | list[str] | tuple[str]] = {}
        if download_as is not None:
            said = f"attachment; filename*=UTF-8''{quote(download_as)}"
            headers["response-content-disposition"] = said
        return self._client.presigned_get_object(
            self.place.bucket,
            _key(digest),
            expires=timedelta(seconds=seconds),
            response_headers=headers,
        )

    def delete(self, digest: str) -> None:
        """Forget the blob, if it is there."""
        with self._told():
            try:
                self._client.remove_object(self.place.bucket, _key(digest))
            except S3Error as error:
                if error.code not in {*MISSING, "NoSuchBucket"}:
                    raise

    def sweep(self, older_than_s: float) -> int:
        """Give up the multipart uploads that killed `put`s began that long ago."""
        swept = 0
        for name, upload_id, begun in list(self._uploads()):
            if _age_s(begun) >= older_than_s:
                with self._told():
                    self._client._abort_multipart_upload(self.place.bucket, name, upload_id)
                swept += 1
        return swept

    def _uploads(self) -> Iterator[tuple[str, str, datetime | None]]:
        # The client has these calls for itself alone; the contract suite holds them in place.
        key_marker = upload_marker = None
        with self._told(absent_ok=True):
            while True:
                page = self._client._list_multipart_uploads(
                    self.place.bucket,
                    prefix="sha256/",
                    key_marker=key_marker,
                    upload_id_marker=upload_marker,
                )
                for found in page.uploads:
                    yield found.object_name, str(found.upload_id), found.initiated_time
                if not page.is_truncated:
                    return
                key_marker, upload_marker = page.next_key_marker, page.next_upload_id_marker

    def objects(self) -> Iterator[StoredObject]:
        """Yield every blob."""
        with self._told(absent_ok=True):
            for found in self._client.list_objects(
                self.place.bucket, prefix="sha256/", recursive=True
            ):
                yield StoredObject(
                    digest=str(found.object_name).rpartition("/")[2],
                    bytes=int(found.size or 0),
                    age_s=_age_s(found.last_modified),
                )

    @contextmanager
    def _told(self, digest: str | None = None, *, absent_ok: bool = False) -> Iterator[None]:
        """Say in words a person understands what the server or the way to it does not allow."""
        try:
            yield
        except S3Error as error:
            code = str(error.code)
            if code == "NoSuchBucket" and absent_ok:
                return
            if digest is not None and code in {*MISSING, "NoSuchBucket"}:
                raise ObjectMissing(digest=digest) from error
            if code in FULL:
                raise DiskFull(path=self.place) from error
            if code in REFUSED:
                raise StoreRefused(place=self.place, detail=code) from error
            raise StoreUnreachable(place=self.place, detail=code) from error
        except (HTTPError, MinioException) as error:
            raise StoreUnreachable(place=self.place, detail=_cause(error)) from error


class _Counted:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _cause(error: Exception) -> str:
    """Return the code for why nothing came back."""
    why = getattr(error, "reason", None) or error
    if isinstance(why, NewConnectionError | ConnectTimeoutError):
        return "no-connection"
    return "no-answer" if isinstance(why, TimeoutError) else "broken-off"


def _key(digest: str) -> str:
    return f"sha256/{digest[:2]}/{digest}"


def _age_s(since: datetime | None) -> float:
    return (datetime.now(UTC) - since).total_seconds() if since else 0.0
