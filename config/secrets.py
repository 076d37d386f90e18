"""Secrets at rest: AES-256-GCM, sealed for one account and one key; where the key comes from; and a log that cannot show them.

SecretsError
├── KeyMissingError     there is no key, and none may be made
├── KeyUnsafeError      the key's file can be read by others, or is no key
└── WrongKeyError       sealed with another key, for another account, or changed
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import os
import stat
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID_BYTES = 8
_FORMAT = b"\x01"
_HEAD = len(_FORMAT) + _KEY_ID_BYTES + _NONCE_BYTES
CREDENTIAL_NAME = "daypart-key"
KEY_FILE = "key"
KEYRING_SERVICE = "daypart"
REDACTED = "•••"
_SHORTEST_SECRET = 8
"""Shorter ones would black out ordinary words."""
_MOST_SECRETS = 10_000
"""More are forgotten, those first that were not seen for the longest time: tokens are renewed for as long as the service runs."""


class SecretsError(Exception):
    """A secret could not be sealed or opened. `str()` is a sentence; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class KeyMissingError(SecretsError):
    """There is no key."""


class KeyUnsafeError(SecretsError):
    """The key cannot be trusted."""


class WrongKeyError(SecretsError):
    """This key does not open it."""


class Cipher:
    """Seals with one key. Never printed: the key is in no `repr`."""

    __slots__ = ("_gcm", "_key_id", "_random")

    def __init__(self, key: bytes, random: Callable[[int], bytes] = os.urandom) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # deferred: 15 ms

        if len(key) != KEY_BYTES:
            raise KeyUnsafeError(f"the key has {len(key)} bytes, not {KEY_BYTES}", "restore the key file from where you keep it")
        self._gcm = AESGCM(key)
        self._key_id = key_id(key)
        self._random = random

    @property
    def key_id(self) -> str:
        """Which key this is; says nothing about the key itself."""
        return self._key_id.hex()

    def seal(self, plain: bytes, *, aad: str) -> bytes:
        """Ciphertext that opens only with this key and the same `aad` (the account's id)."""
        nonce = self._random(_NONCE_BYTES)
        return _FORMAT + self._key_id + nonce + self._gcm.encrypt(nonce, plain, self._bound(aad))

    def unseal(self, sealed: bytes, *, aad: str) -> bytes:
        """The plain bytes. Raises WrongKeyError."""
        from cryptography.exceptions import InvalidTag

        if len(sealed) < _HEAD or not sealed.startswith(_FORMAT):
            raise WrongKeyError("a stored secret is not readable", "connect the account again")
        if sealed[1 : 1 + _KEY_ID_BYTES] != self._key_id:
            raise WrongKeyError("a stored secret was sealed with another key", "restore that key, or connect the account again")
        try:
            return self._gcm.decrypt(sealed[_HEAD - _NONCE_BYTES : _HEAD], sealed[_HEAD:], self._bound(aad))
        except InvalidTag as error:
            raise WrongKeyError("a stored secret was changed, or belongs to another account", "connect the account again") from error

    def _bound(self, aad: str) -> bytes:
        return b"daypart\x00" + self._key_id + b"\x00" + aad.encode()


def key_id(key: bytes) -> bytes:
    """A short name of a key."""
    return hashlib.sha256(b"daypart key id\x00" + key).digest()[:_KEY_ID_BYTES]


def load_key(state: Path, environ: Mapping[str, str] = os.environ, *, may_make: bool = True) -> bytes:
    """The workspace's key, from the first place that has one: systemd credential, DAYPART_KEY_FILE, DAYPART_KEY,
    the OS keyring (only with DAYPART_KEYRING=1), else the file `key` in the state folder, which is made on first use.

    Raises SecretsError.
    """
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (file := Path(credentials) / CREDENTIAL_NAME).is_file():
        return _parse(_read(file), f"the systemd credential '{CREDENTIAL_NAME}'")
    if named := environ.get("DAYPART_KEY_FILE"):
        return _from_file(Path(named).expanduser())
    if written := environ.get("DAYPART_KEY"):
        return _parse(written.encode(), "DAYPART_KEY")
    if environ.get("DAYPART_KEYRING") == "1":
        return _from_keyring(str(state), may_make)
    file = state / KEY_FILE
    if file.exists() or file.is_symlink():
        return _from_file(file)
    if not may_make:
        raise KeyMissingError(f"there is no key in {state}", "restore it from where you keep it, or connect the accounts again")
    return _make(file)


def new_key() -> str:
    """A fresh key as text, for a key file or DAYPART_KEY."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()[:4_096]
    except OSError as error:
        raise KeyMissingError(f"the key file {file} cannot be read: {(error.strerror or 'error').lower()}", "check its owner") from error


def _from_file(file: Path) -> bytes:
    if not file.is_file():
        raise KeyMissingError(f"there is no key file {file}", "make one with: daypart doctor --new-key FILE")
    facts = file.stat()
    if stat.S_IMODE(facts.st_mode) & 0o077:
        raise KeyUnsafeError(f"others may read the key file {file}", f"chmod 600 {file}")
    if hasattr(os, "getuid") and facts.st_uid not in (os.getuid(), 0):
        raise KeyUnsafeError(f"the key file {file} belongs to somebody else", "use a file of your own")
    return _parse(_read(file), f"the key file {file}")


def _parse(data: bytes, where: str) -> bytes:
    """32 raw bytes, or their base64 or hex."""
    if len(data) == KEY_BYTES:
        return data
    text = data.strip()
    for decode in (_base64, _hex):
        key = decode(text)
        if key is not None:
            return key
    raise KeyUnsafeError(f"{where} holds no key", "32 bytes, as base64 or hex")


def _base64(text: bytes) -> bytes | None:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _hex(text: bytes) -> bytes | None:
    try:
        key = binascii.unhexlify(text)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _make(file: Path) -> bytes:
    """A new key file. Two processes that make one at once end with the same key."""
    text = new_key().encode()
    fresh = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(text + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(fresh, file)  # never over a key that is there
        except FileExistsError:
            return _from_file(file)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise KeyMissingError(
            f"the key file {file} cannot be written: {(error.strerror or 'error').lower()}", "check the folder"
        ) from error
    return _parse(text, str(file))


def _from_keyring(name: str, may_make: bool) -> bytes:
    import keyring  # deferred: only where it was asked for
    from keyring.errors import KeyringError

    try:
        written = keyring.get_password(KEYRING_SERVICE, name)
        if written is None and may_make:
            keyring.set_password(KEYRING_SERVICE, name, new_key())
            written = keyring.get_password(KEYRING_SERVICE, name)
    except KeyringError as error:
        raise KeyMissingError(
            f"the keyring of this computer does not answer: {error}", "unset DAYPART_KEYRING to use a key file"
        ) from error
    if written is None:
        raise KeyMissingError("the keyring of this computer has no key for this workspace", "connect the accounts again")
    return _parse(written.encode(), "the keyring's entry")


class Redactor(logging.Filter):
    """Blacks out registered secrets in every record: message, arguments, exception text."""

    def __init__(self, on_first: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._on_first = on_first
        self._secrets: dict[str, tuple[str, ...]] = {}
        """Each with its forms; the one that was seen last stands last."""
        self._longest_first: tuple[str, ...] | None = ()
        self._lock = threading.Lock()

    def register(self, *secrets: str) -> None:
        """From now on these are never shown, nor in the forms they take in addresses and headers."""
        if self._on_first is not None:
            self._on_first()
            self._on_first = None
        with self._lock:
            for secret in secrets:
                known = self._secrets.pop(secret, None)
                if known is None and len(secret) < _SHORTEST_SECRET:
                    continue
                self._secrets[secret] = known or _forms(secret)
                if known is None:
                    self._longest_first = None
            while len(self._secrets) > _MOST_SECRETS:
                del self._secrets[next(iter(self._secrets))]

    def clean(self, text: str) -> str:
        """The text without secrets; the longest first, so that no tail of one stays."""
        for form in self._longest_first if self._longest_first is not None else self._sorted():
            if form in text:
                text = text.replace(form, REDACTED)
        return text

    def _sorted(self) -> tuple[str, ...]:
        with self._lock:
            forms = {form for forms in self._secrets.values() for form in forms}
            self._longest_first = tuple(sorted(forms, key=len, reverse=True))
            return self._longest_first

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites a record that shows a secret; always lets it pass."""
        if not self._secrets:
            return True
        message = record.getMessage()
        clean = self.clean(message)
        if clean != message:
            record.msg, record.args = clean, ()
        if record.exc_info and record.exc_info[0] is not None:
            shown = logging.Formatter().formatException(record.exc_info)
            record.exc_text = self.clean(shown)
            if record.exc_text != shown:
                record.exc_info = None  # whoever formats it anew would show it
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True


def _forms(secret: str) -> tuple[str, ...]:
    """As it stands in addresses, in headers, and inside of anything that is base64: three ways, by where it begins."""
    from urllib.parse import quote, quote_plus

    plain = secret.encode()
    forms = {secret, quote(secret, safe=""), quote_plus(secret)}
    for shift, skip in enumerate((0, 2, 3)):  # the first letters depend on what stands before it, the last ones on what comes after
        whole = (shift + len(plain)) // 3 * 4
        within = base64.b64encode(b"\0" * shift + plain)[skip:whole].decode()
        forms |= {within} if len(within) >= 2 * _SHORTEST_SECRET else set()
    return tuple(forms)


redactor = Redactor(on_first=lambda: install_redactor())
"""The one of this process: whoever opens a secret registers it, and the first one puts it on the log."""


def install_redactor(*handlers: logging.Handler) -> None:
    """On every record of this process, whoever makes it and whatever handler shows it; and on tracebacks of a crash."""
    for handler in handlers:
        if redactor not in handler.filters:
            handler.addFilter(redactor)
    if logging.getLogRecordFactory() is not _clean_record:
        logging.setLogRecordFactory(_clean_record)
        sys.excepthook, threading.excepthook = _clean_crash(sys.excepthook), _clean_thread_crash


def _clean_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    redactor.filter(record)
    return record


def _clean_crash(before: Callable[..., Any]) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        shown = "".join(traceback.format_exception(kind, error, trace))
        if redactor.clean(shown) == shown:
            before(kind, error, trace)
        else:
            sys.stderr.write(redactor.clean(shown))

    return show


def _clean_thread_crash(crash: threading.ExceptHookArgs) -> None:
    shown = "".join(traceback.format_exception(crash.exc_type, crash.exc_value, crash.exc_traceback))
    sys.stderr.write(redactor.clean(shown))
