"""How often somebody may ask: a bucket for each device or address, kept by each worker for itself."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

_REMEMBERED = 10_000


@dataclass
class _Bucket:
    left: float
    at: float


class Throttle:
    """``rate`` requests a second in the long run, ``burst`` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, who: str) -> float:
        """Take one request of ``who``; the seconds to wait if there is none left, else 0."""
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.pop(who, None) or _Bucket(self._burst, now)
            bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
            bucket.at = now
            self._buckets[who] = bucket
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
            if bucket.left < 1:
                return (1 - bucket.left) / self._rate
            bucket.left -= 1
            return 0.0

    def peek(self, who: str) -> float:
        """The seconds until ``who`` may ask again, without taking anything."""
        with self._lock:
            bucket = self._buckets.get(who)
            if bucket is None:
                return 0.0
            left = bucket.left + (time.monotonic() - bucket.at) * self._rate
            return max(0.0, (1.0 - left) / self._rate)
