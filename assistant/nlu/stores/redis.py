"""Conversations and locks in Redis, through redis-py."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

import redis
from redis.exceptions import LockNotOwnedError
from redis.lock import Lock

from assistant.nlu.stores.shelf import KEPT, LEASE, PATIENCE, Held, Kept

_PREFIX = "voice-banking-assistant:"
_PUT = """
if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'sealed', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""


class RedisShelf:
    """Rasa's `RedisTrackerStore` keeps plain text, and its `RedisLockStore` reads, changes and writes a lock
    in three steps, so that two processes can both have it: hence this, on redis-py's own lock."""

    def __init__(self, url: str) -> None:
        socket = {} if urlsplit(url).scheme == "unix" else {"socket_connect_timeout": PATIENCE}
        self._redis = redis.Redis.from_url(url, socket_timeout=PATIENCE, **socket)
        self._put = self._redis.register_script(_PUT)

    def prepare(self) -> None:
        self._redis.ping()

    def get(self, name: str) -> Kept | None:
        version, sealed = self._redis.hmget(_PREFIX + name, "version", "sealed")
        return None if version is None or sealed is None else Kept(version.decode(), sealed)

    def put(self, name: str, kept: Kept, former: str) -> bool:
        return bool(self._put(keys=[_PREFIX + name], args=[former, kept.version, kept.sealed, KEPT]))

    def delete(self, name: str) -> None:
        self._redis.delete(_PREFIX + name)

    def lock(self, name: str) -> Held | None:
        # Released in another thread than the one that acquired it.
        lock = self._redis.lock(f"{_PREFIX}lock:{name}", timeout=LEASE, thread_local=False)
        return _RedisHeld(lock) if lock.acquire(blocking=False) else None

    def close(self) -> None:
        self._redis.close()
        self._redis.connection_pool.disconnect()


class _RedisHeld:
    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def renew(self) -> None:
        self._lock.reacquire()

    def release(self) -> None:
        with suppress(LockNotOwnedError):  # its lease ran out
            self._lock.release()
