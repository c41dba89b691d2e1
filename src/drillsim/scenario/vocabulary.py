"""The words of scenario and mixes files: duties, weekdays, places."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

Word = Literal["resolves", "assists", "stays-away"]
Duty = Literal["post", "patrol", "desk", "visitors", "mentoring", "counselling", "mediation", "teaching"]
DUTIES: tuple[Duty, ...] = (
    "post", "patrol", "desk", "visitors", "mentoring", "counselling", "mediation", "teaching",
)  # fmt: skip
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SCHOOL_DAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
WEEKDAYS: tuple[Weekday, ...] = (*SCHOOL_DAYS, "saturday", "sunday")


def default(value: Any, **limits: Any) -> Any:
    """Return a field whose default is written as files write it, and validated like theirs."""
    return Field(default=value, validate_default=True, **limits)


def written_as(forms: str) -> Discriminator:
    """Tell an id from a mapping with one key, so that a mistake is told once; the key is the tag of its form."""

    def form(value: Any) -> str | None:
        if isinstance(value, dict):
            return next(iter(value)) if len(value) == 1 else None
        return "id" if isinstance(value, str) else None

    return Discriminator(form, "DS104", f"write {forms}")


Place = Annotated[
    Annotated[str, Field(min_length=1), Tag("id")] | Annotated[dict[Literal["use"], str], Tag("use")],
    written_as("an id or {use: cafeteria}"),
]
ZonePlace = Annotated[
    Annotated[str, Field(min_length=1), Tag("id")]
    | Annotated[dict[Literal["use"], str], Tag("use")]
    | Annotated[dict[Literal["level"], str], Tag("level")],
    written_as("an id, {use: classroom} or {level: L1}"),
]
