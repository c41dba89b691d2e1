"""`drillsim explain`: explain a code, measure, kind, role, group of people, preset, event, assumption or setting."""

from __future__ import annotations

import click

from drillsim.cli import terminal

_GROUPS = ("codes", "measures", "kinds", "roles", "groups", "presets", "events", "assumptions", "settings")


@click.command(short_help="Explain a code, measure, kind, role, event or setting.")
@click.argument("topic", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def explain(topic: str | None, as_json: bool) -> None:
    """Explain a message code (DS203), a measure (able_on_scene_s), a kind of incident (hostile), a role (sro), a group of
    people (primary), a preset (active-events), an event (on-scene), an assumption or a setting.

    Without a topic, or with one of codes, measures, kinds, roles, groups, presets, events, assumptions, settings, the known
    ones are listed.
    """
    text = _overview() if topic is None else _listing(topic) or _answer(topic)
    if text is None:
        from drillsim.cli.topics import known
        from drillsim.errors import closest

        near = closest(str(topic), known())
        near = near if "Closest" in near else ""
        raise click.UsageError(f"nothing is known about '{topic}'.{near} 'drillsim explain' lists everything")
    terminal.say(text, err=as_json)
    terminal.json_line({"topic": topic, "text": text}, wanted=as_json)


def _overview() -> str:
    from drillsim.cli.topics import topics

    lines = ["drillsim explain TOPIC explains one of these; drillsim explain GROUP lists a whole group:"]
    for group in _GROUPS:
        names = [topic.name for topic in topics() if topic.group == group]
        lines.append(f"  {group:<12} {len(names):>3}   such as {', '.join(names[:3])}")
    return "\n".join(lines)


def _listing(topic: str) -> str | None:
    """Return the list of a group named in the plural or singular; None for any other topic."""
    from drillsim.cli.topics import topics

    group = topic.lower() if topic.lower() in _GROUPS else f"{topic.lower()}s"
    if group not in _GROUPS:
        return None
    return "\n".join(_row(one.name, one.short) for one in topics() if one.group == group)


def _row(name: str, text: str) -> str:
    wide = 32
    body = terminal.wrapped(text, indent=" " * wide).lstrip()
    return f"{name:<{wide}}{body}" if len(name) < wide else f"{name}\n{' ' * wide}{body}"


def _answer(topic: str) -> str | None:
    from drillsim.cli.topics import find

    return "\n\n".join(dict.fromkeys(one.text() for one in find(topic))) or None
