"""Reading of YAML and JSON files into frozen data, with the line and column of every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from drillsim.documents import malformed
from drillsim.documents.files import read_bounded, shown
from drillsim.documents.frozen import frozen
from drillsim.documents.notebook import model_html, short_repr
from drillsim.documents.yaml_source import Spot, TextError, parse_text
from drillsim.errors import DrillsimError, Fault, ScenarioError, closest
from drillsim.escape import quoted

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _Metaclass
else:
    _Metaclass = type(BaseModel)

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 60
MOST_NEIGHBOURS = 1000
"""Largest number of files of a folder that are compared with the name of a missing one."""

Path_ = tuple[int | str, ...]
M = TypeVar("M", bound="Model")


class _Checked(_Metaclass):
    """Calls of a model from code: errors are told as those of a file are."""

    def __call__(cls, *args: Any, **values: Any) -> Any:  # noqa: N805 (a metaclass)
        try:
            return super().__call__(*args, **values)
        except ValidationError as e:
            raise told_of_code(e, cast(type[BaseModel], cls), values) from None


class Model(BaseModel, metaclass=_Checked):  # noqa: PLW1641 - pydantic makes the hash, of the fields
    """Base of the frozen models read from files: unknown keys are refused, defaults are validated too.

    From code it is as strict as from a file: a bad value at construction or in a copy raises `refusal` with every fault, and
    mappings cannot be changed.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
        populate_by_name=True,
        regex_engine="python-re",
        allow_inf_nan=False,
    )
    refusal: ClassVar[type[DrillsimError]] = ScenarioError
    """Raised where code gives it what no file may."""

    def model_post_init(self, context: Any, /) -> None:
        """Freeze the mappings of this object."""
        for name, value in self.__dict__.items():
            if type(value) is dict:
                self.__dict__[name] = frozen(value)

    def __repr__(self) -> str:
        """Return the fields, or what is not as by default where they are more than a few lines."""
        return short_repr(self, super().__repr__())

    def _repr_html_(self) -> str:
        """Return what is not as by default, as a table for a notebook."""
        return model_html(self)

    def __eq__(self, other: object) -> bool:
        """Return whether another object of this type has equal fields; what was computed from them does not count."""
        if self is other:
            return True
        if type(self) is not type(other) or not isinstance(other, Model):
            return NotImplemented
        mine, its = self.__dict__, other.__dict__
        same = all(mine[name] == its[name] for name in type(self).model_fields)
        return same and self.__pydantic_private__ == other.__pydantic_private__

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields replaced, checked like a file, in SI units where a number has none.

        Nothing computed from the old fields is carried over. Raises `refusal` for an unknown field and for a value that a
        file could not have. `drillsim.vary` changes single keys, however deep.
        """
        if not update:
            return self.unchecked_copy({}, deep=deep)
        aliases = {f.alias: name for name, f in type(self).model_fields.items() if f.alias}
        given = {aliases.get(key, key): value for key, value in update.items()}
        values = {name: getattr(self, name) for name in type(self).model_fields}
        try:
            checked = type(self).model_validate({**values, **given}, context={"si": True})
        except ValidationError as e:
            raise told_of_code(e, type(self), given) from None
        return self.unchecked_copy({name: getattr(checked, name) for name in given}, deep=deep)

    def unchecked_copy(self, update: Mapping[str, Any], *, deep: bool = False) -> Self:
        """Return a copy with some fields replaced by values of their own types, which nothing checks."""
        copy = super().model_copy(update={k: frozen(v) for k, v in update.items()}, deep=deep)
        for name in [k for k in copy.__dict__ if k not in type(self).model_fields]:
            del copy.__dict__[name]
        return copy

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # type: ignore[override]
        """Return a checked copy; see `model_copy`."""
        return self.model_copy(update=update, deep=deep)

    if not TYPE_CHECKING:  # the type checker's plugin has a signature of its own

        @classmethod
        def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
            """Return the model of these values, checked; pydantic's own would check nothing."""
            return cls(**values)

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        fields = type(self).model_fields
        return {**state, "__dict__": {k: v for k, v in state["__dict__"].items() if k in fields}}


@dataclass(frozen=True)
class Document:
    """A parsed file: its data, and the position of each part in the file."""

    file: str
    data: Any
    spot: Spot

    def place(self, path: Sequence[int | str], *, at_key: bool = False) -> tuple[int, int]:
        """Return (line, column), from 1, of the deepest part of `path` that exists.

        at_key
            Point at the key that names the last step rather than at its value.
        """
        spot = self.spot
        line, column = spot.line, spot.column
        for i, step in enumerate(path):
            if step not in spot.inside:
                if isinstance(step, int):
                    break
                continue  # pydantic's path also names the alternative of a union, which is no part of the file
            last = i == len(path) - 1
            line, column = spot.keys[step] if at_key and last and step in spot.keys else _of(spot.inside[step])
            spot = spot.inside[step]
        return line + 1, column + 1

    def inside(self, *path: int | str) -> Document:
        """Return a part of the file as a document of its own."""
        data, spot = self.data, self.spot
        for step in path:
            data, spot = data[step], spot.inside[step]
        return Document(self.file, data, spot)

    def fault(self, code: str, message: str, path: Sequence[int | str] = (), **how: Any) -> Fault:
        """Return a fault located at `path`; for `at_key` see `place`, further arguments are those of `Fault`."""
        line, column = self.place(path, at_key=how.pop("at_key", False))
        return Fault(code, self.file, line, column, message, path=tuple(path), **how)


def _of(spot: Spot) -> tuple[int, int]:
    return spot.line, spot.column


def _missing(path: Path) -> str:
    """Return what to say of a file that is not there."""
    if path.is_symlink():
        return f"this link leads to '{quoted(str(path.readlink()))}', which is not there. Link it anew"
    return f"no such file.{near_name(path)}"


def read_text(path: Path, error: type[DrillsimError]) -> str:
    """Return the text of a file, or raise `error` with one located fault."""
    name = shown(path)

    def refuse(code: str, message: str) -> DrillsimError:
        return error(faults=[Fault(code, name, 1, 1, message)])

    raw = read_bounded(path, MAX_BYTES, refuse, missing=_missing(path))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = raw[: e.start].count(b"\n") + 1
        column = e.start - (raw.rfind(b"\n", 0, e.start) + 1) + 1
        message = "this is not UTF-8 text. Save the file as UTF-8 (in Notepad: Save as, Encoding: UTF-8)"
        raise error(faults=[Fault("DS002", name, line, column, message)]) from None
    if "\x00" in text:
        at = text.index("\x00")
        message = "this is not a text file (it holds a NUL byte)"
        raise error(faults=[Fault("DS002", name, text.count("\n", 0, at) + 1, 1, message)])
    if not text.strip():
        raise refuse("DS003", "the file is empty. `drillsim new FOLDER` writes a complete example")
    return text


def near_name(path: Path) -> str:
    """Return a hint with the closest file name beside a missing file; '' if the folder cannot be listed."""
    try:
        return closest(path.name, [p.name for p in islice(path.parent.glob("*.yaml"), MOST_NEIGHBOURS)])
    except (OSError, ValueError):
        return ""


def read_document(path: str | Path, error: type[DrillsimError]) -> Document:
    """Return the parsed file, or raise `error` with every fault of its syntax.

    A missing, empty, binary or oversized file, or one with too many aliases, gives one located fault, never a traceback.
    """
    path = Path(path)
    name = shown(path)
    text = read_text(path, error)
    faults = [
        Fault(
            "DS001", name, i, 1, "this line starts with a Tab. YAML needs spaces: put 2 spaces in front of "
            f"'{line.strip()[:30]}'. (In Notepad: replace Tab by two spaces.)",
        )
        for i, line in enumerate(text.splitlines(), 1)
        if re.match(r" *\t\s*\S", line) and path.suffix.lower() != ".json"
    ]  # fmt: skip
    if faults:
        raise error(faults=faults)
    _refuse_depth(text, name, error)
    try:
        data, spot = parse_text(text)
    except TextError as e:
        hint = ". Check quotes, brackets and the spaces in front of this line; a text that holds ': ' or ' #' stands in quotes"
        message = f"not valid YAML: {e}{hint}" if e.code == "DS001" else str(e)
        raise error(faults=[Fault(e.code, name, e.line + 1, e.column + 1, message)]) from None
    if not isinstance(data, dict):
        message = "the file holds no 'key: value' lines. `drillsim new FOLDER` writes a complete example"
        raise error(faults=[Fault("DS003", name, 1, 1, message)])
    return Document(name, data, spot)


def _refuse_depth(text: str, name: str, error: type[DrillsimError]) -> None:
    depth = deepest = at = 0
    for i, character in enumerate(text):
        if character in "[{":
            depth += 1
            if depth > deepest:
                deepest, at = depth, i
        elif character in "]}":
            depth -= 1
    if deepest > MAX_DEPTH:
        message = f"brackets nest {deepest} deep; at most {MAX_DEPTH} are read"
        raise error(faults=[Fault("DS004", name, text.count("\n", 0, at) + 1, 1, message)])


def validate(
    document: Document,
    model: type[M],
    error: type[DrillsimError],
    *,
    marker: str,
    context: dict[str, Any] | None = None,
) -> M:
    """Return the document as `model`, or raise `error` with every fault at once.

    marker
        The key that tells the kind and version of the file, such as 'drillsim_plan'.
    """
    version = document.data.get(marker)
    if version is None:
        kinds = {
            "drillsim_plan": "a plan",
            "drillsim": "a scenario",
            "drillsim_mixes": "a mixes file",
            "drillsim_portfolio": "a portfolio",
        }
        found = next((k for k in kinds if k in document.data), None)
        needed = f"the first line must be '{marker}: 1'"
        message = f"this is {kinds[found]}; {kinds[marker]} is needed here" if found else needed
        raise error(faults=[document.fault("DS006", message, (found,) if found else (), at_key=True)])
    if version != 1 or isinstance(version, bool):
        message = f"'{marker}: {quoted(version)}' is a version this drillsim cannot read. Write '{marker}: 1'{', without quotes' if version == '1' else ''}"
        raise error(faults=[document.fault("DS006", message, (marker,))])
    while True:
        try:
            return model.model_validate(document.data, context=context)
        except ValidationError as e:
            if not take_as_written(document.data, document.spot, e):
                raise error(faults=faults_of(e, document, model)) from None


def take_as_written(data: Any, spot: Spot, error: ValidationError) -> bool:
    """Replace numbers and truth values by the text of the file wherever a name is needed; return whether there were any.

    Rooms may be called 101, 0123 or 1e3, and only the model knows where a name is needed. Changes `data` in place.
    """
    found = False
    for one in error.errors(include_url=False):
        if one["type"] not in ("string_type", "DS104") or not isinstance(one.get("input"), (bool, int, float)):
            continue
        owner, at, path = data, spot, [*one["loc"]]
        last: int | str | None = None
        for step in path:
            if step not in at.inside:
                continue  # the alternative of a union, which is no part of the file
            if last is not None:
                owner = owner[last]
            at, last = at.inside[step], step
        if last is not None and owner[last] is one["input"] and at.text:
            owner[last], found = at.text, True
    return found


def faults_of(e: ValidationError, document: Document, model: type[BaseModel]) -> list[Fault]:
    """Return the errors of pydantic as located faults in the words of the file."""
    told = malformed.worded(e.errors(include_url=False), model, document.data, document.spot)
    return [document.fault(m.code, m.message, m.path, at_key=m.at_key) for m in told]


def told_of_code(e: ValidationError, model: type[BaseModel], values: Mapping[str, Any]) -> DrillsimError:
    """Return the errors of values given by code as faults of the model's own error, under the model's name."""
    refusal: type[DrillsimError] = getattr(model, "refusal", DrillsimError)
    told = faults_of(e, Document(model.__name__, dict(values), Spot(-1, -1)), model)
    return refusal(faults=told)
