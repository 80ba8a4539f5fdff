"""The errors a person is told about.

Everything raised on purpose derives from :class:`BrokerError` and carries a sentence that says what
happened, whether the work is safe and what to do; anything else is a fault of the program and ends in
the crash dialog.

    BrokerError
      InvalidInputError      a field cannot be accepted as typed
      NotFoundError          the record is not on this computer
      IllegalMoveError       the state machine does not allow this step
      StoreError             the encrypted store cannot be used
        WrongKeyError          passphrase or recovery code do not open it
        DamagedStoreError      the file fails its integrity check
        NewerSchemaError       a newer program has written this store
        ProfileInUseError      another window already works on this profile
        DiskFullError          no room left to write
      CredentialError        a secret is needed and cannot be had
      ImportFileError        a file to import cannot be read
      PaperError             a paper cannot be printed as it stands
      ExchangeError          nothing could be exchanged with the server
        OfflineError           it cannot be reached, or the network is too slow
        NotTheServerError      what answered is not the server
        ServerBusyError        it asks to come back later, or is out of order
        SignInError            name and password are needed
        DeviceRevokedError     an administrator has shut this device out
"""


class BrokerError(Exception):
    """A refusal or failure with a sentence for people and a short code for support."""

    code = "B-00"

    @property
    def message(self) -> str:
        """The sentence for people."""
        return str(self.args[0]) if self.args else ""


class InvalidInputError(BrokerError):
    """A form field cannot be accepted as typed; the form shows the message beside that field."""

    code = "B-01"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotFoundError(BrokerError):
    """The record asked for is not on this computer."""

    code = "B-02"


class IllegalMoveError(BrokerError):
    """A record cannot go from its state to the one asked for."""

    code = "B-03"


class StoreError(BrokerError):
    """The encrypted store cannot be used."""

    code = "S-00"


class WrongKeyError(StoreError):
    """The passphrase or the recovery code does not open the store."""

    code = "S-01"


class DamagedStoreError(StoreError):
    """The store or its key file fails a check."""

    code = "S-02"


class NewerSchemaError(StoreError):
    """The store was written by a newer version of the program; it has not been touched."""

    code = "S-03"


class ProfileInUseError(StoreError):
    """Another running program holds this profile."""

    code = "S-04"


class DiskFullError(StoreError):
    """There was no room left; the last change was taken back whole."""

    code = "S-05"


class CredentialError(BrokerError):
    """A passphrase is needed and nobody can be asked, or a secret store failed."""

    code = "C-01"


class ImportFileError(BrokerError):
    """A file cannot be imported: its format, size or encoding is the reason given."""

    code = "I-01"


class PaperError(BrokerError):
    """A paper cannot be set as it stands, for instance because characters are missing in the fonts."""

    code = "P-01"


class ExchangeError(BrokerError):
    """Nothing could be exchanged with the server; everything typed is safe on this computer."""

    code = "N-00"


class OfflineError(ExchangeError):
    """The server cannot be reached, or the network is too slow."""

    code = "N-01"


class NotTheServerError(ExchangeError):
    """Somebody else answered: a hotel's portal, a proxy, another server."""

    code = "N-02"


class ServerBusyError(ExchangeError):
    """The server asks to come back later, or is out of order."""

    code = "N-03"


class SignInError(ExchangeError):
    """The sign-in has ended or was refused; name and password are needed."""

    code = "N-04"


class DeviceRevokedError(ExchangeError):
    """An administrator has shut this device out."""

    code = "N-05"
