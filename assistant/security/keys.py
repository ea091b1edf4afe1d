"""The key that seals conversations where they are kept outside of the process."""

from __future__ import annotations

import fcntl

from cryptography.fernet import Fernet

from assistant.bank.private_files import ensure_private_folder
from assistant.bank.secrets import choose_store
from assistant.errors import StorageError
from assistant.settings import MEMORY, Settings

_NAME = "conversation-key"


def conversation_key(settings: Settings) -> bytes:
    """For Fernet; made when it is first needed, and kept where consents are. Nothing for conversations that
    stay in memory. Raises StorageError.

    A lost one is made anew: what was sealed with it is forgotten, and was an hour old at most.
    """
    if settings.store == MEMORY:
        return b""
    ensure_private_folder(settings.connections)
    secrets = choose_store(settings.connections, keyring_wanted=settings.keyring)
    try:
        # Servers that start at once must not make two.
        with (settings.connections / f".{_NAME}.lock").open("w") as making:
            fcntl.flock(making, fcntl.LOCK_EX)
            key = secrets.get(_NAME)
            if key is None:
                key = Fernet.generate_key().decode()
                secrets.put(_NAME, key)
    except OSError as error:
        raise StorageError(f"{error.strerror} ({_NAME})") from error
    return key.encode()
