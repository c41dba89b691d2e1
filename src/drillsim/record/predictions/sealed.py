"""Sealed files: canonical JSON that carries its own SHA-256, so that any change is noticed.

The seal inside the file finds accidents. Only a copy of it elsewhere, as on the printed kit, finds a file that was made anew
with a seal of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from drillsim.errors import Fault, ResultError
from drillsim.escape import quoted

SEAL = "sha256"
SHORT = 32
"""Hexadecimal digits of the seal that are printed: 128 bits, so that two files with one short seal cannot be made."""
GROUP = 4
MOST_BYTES = 16 * 1024 * 1024


def sealed(data: Mapping[str, Any]) -> bytes:
    """Return data as canonical JSON with its seal; equal data give equal bytes."""
    body = _body(data)
    return _canonical({**body, SEAL: _hash(body)})


def _canonical(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def short_seal(content: bytes) -> str:
    """Return the seal of a sealed file as it is printed: 32 digits in groups of four."""
    digits = str(json.loads(content)[SEAL])[:SHORT].upper()
    return " ".join(digits[k : k + GROUP] for k in range(0, SHORT, GROUP))


def opened(content: bytes, file: str, printed: str | None = None) -> dict[str, Any]:
    """Return the data of a sealed file.

    file
        Its name, for messages.
    printed
        The seal as it stands on paper, upper or lower case, with spaces or hyphens; None to look only at the seal inside.

    Raises ResultError DS603 when a byte is not as it was sealed, or when the seal is not the printed one.
    """
    data = _data(content)
    if data is None:
        raise _refused(file, "it is not as it was sealed: something in it was changed, added, left out or reordered")
    if printed is not None:
        _compare(file, str(data[SEAL]), printed)
    return _body(data)


def _data(content: bytes) -> dict[str, Any] | None:
    """Return the data of a file with its seal; None where a byte of it is not as it was sealed."""
    if len(content) > MOST_BYTES:
        return None
    try:
        data = json.loads(content.decode("ascii"))
        if not isinstance(data, dict) or data.get(SEAL) != _hash(_body(data)):
            return None
        return data if _canonical(data) == content else None
    except (ValueError, RecursionError):
        return None


def _body(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != SEAL}


def _compare(file: str, seal: str, printed: str) -> None:
    digits = re.sub(r"[\s-]", "", printed).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORT}}}(?:[0-9a-f]{{{len(seal) - SHORT}}})?", digits):
        told = f"'{quoted(printed)}' is no printed hash: write all its {SHORT} digits (0 to 9, A to F), as 'drillsim seal' printed them"
        raise _refused(file, told)
    if not seal.startswith(digits):
        raise _refused(file, "it is sealed, but it is not the prediction whose hash is printed: another was made")


def _refused(file: str, why: str) -> ResultError:
    return ResultError(faults=[Fault("DS603", file, 0, 0, f"{why}. Use the file that was sealed before the drill")])


__all__ = ["opened", "sealed", "short_seal"]
