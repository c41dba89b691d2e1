"""The Standard Response Protocol's words for each action. Source: docs/sources.md#srp; the words only, no posters and no marks."""

from __future__ import annotations

from collections.abc import Mapping

SRP: Mapping[str, tuple[str, str]] = {
    "hold": ("Hold", "In your room or area. Clear the halls."),
    "secure": ("Secure", "Get inside. Lock outside doors."),
    "lockdown": ("Lockdown", "Locks, lights, out of sight."),
    "evacuate": ("Evacuate", "To a location."),
    "shelter": ("Shelter", "Hazard and safety strategy."),
}
"""Name and directive of each action, in the protocol's own words."""


def announcement(action: str) -> str:
    """Return the words that are announced for an action, spoken twice; '' for none."""
    if action not in SRP:
        return ""
    name, directive = SRP[action]
    return f"{name}! {directive}"
