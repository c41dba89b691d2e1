"""Mappings of frozen objects: they refuse to be changed."""

from __future__ import annotations

from typing import Any, NoReturn


class FrozenDict(dict[Any, Any]):
    """A mapping that refuses to be changed; compares, pickles and prints as a dict."""

    def _refuse(self, *_args: Any, **_how: Any) -> NoReturn:
        raise TypeError("this mapping belongs to a frozen object. Make a checked copy: drillsim.vary")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[Any, Any]]]:
        return FrozenDict, (dict(self),)

    def __copy__(self) -> FrozenDict:
        return self


def frozen(value: Any) -> Any:
    """Return data with its mappings frozen, to any depth; anything else stays as it is."""
    if isinstance(value, dict):
        return FrozenDict({k: frozen(v) for k, v in value.items()})
    return value


def thawed(value: Any) -> Any:
    """Return data with plain mappings and lists in place of frozen ones, to any depth; models stay as they are."""
    if isinstance(value, dict):
        return {k: thawed(v) for k, v in value.items()}
    return [thawed(v) for v in value] if isinstance(value, (list, tuple)) else value
