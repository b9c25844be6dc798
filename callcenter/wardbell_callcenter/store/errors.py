"""What can go wrong with the database."""

from wardbell_protocol.errors import WardbellError


class StoreError(WardbellError):
    """The database did not take it; nothing has changed.

    Except where the connection breaks under the commit itself: then nobody can say. So all that is written may be written
    again, and does nothing the second time.
    """


class StoreUnreachableError(StoreError):
    """The server does not answer, or does not let us in; a later try may go well."""


class LostLeaseError(StoreError):
    """Another engine leads; whatever we know may be out of date."""


class RefusedError(StoreError):
    """The database is well and will not take this, however often it is tried; nothing has changed."""
