"""Process of its own that opens a building model: `python -m drillsim.exchange.ifc.child FILE` prints its facts as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

MOST_MEMORY_BYTES = 6 * 1024**3
"""Address space of the process where the system can limit it; far above what a school needs. Source: A:import.memory."""


def limit_memory() -> None:
    """Let the system refuse memory beyond the limit, so that a hostile file ends this process and no other."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(hard, MOST_MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main(path: str) -> int:
    """Print {"facts": …}, or {"error": …} for a file that ifcopenshell refuses with a reason."""
    limit_memory()
    answer: dict[str, Any]
    try:
        from drillsim.exchange.ifc.extract import ModelFile

        answer = {"facts": ModelFile(path).facts()}
    except ImportError as e:
        answer = {"extra": str(e)}
    except MemoryError:
        answer = {"memory": ""}
    except Exception as e:  # whatever the library makes of bytes that no program wrote
        answer = {"error": f"{type(e).__name__}: {e}"[:300]}
    sys.stdout.write("\n" + json.dumps(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
