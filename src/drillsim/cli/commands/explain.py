"""`drillsim explain`: teach a code, a measure, a role, a group of people, an assumption or a setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click

from drillsim.cli import terminal

_ASSUMPTION = re.compile(r"\bA:[a-z_]+\.[a-z0-9_]+")
_GROUPS = ("codes", "measures", "roles", "groups", "assumptions", "settings")


@click.command(short_help="Teach a code, measure, role, assumption or setting.")
@click.argument("topic", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def explain(topic: str | None, as_json: bool) -> None:
    """Explain a message code (DS203), a measure (able_on_scene_s), a role (sro), a group of people (primary), an
    assumption or a setting.

    Without a topic, or with one of codes, measures, roles, groups, assumptions, settings, the known ones are listed.
    """
    text = _overview() if topic is None else _listing(topic) or _answer(topic)
    if text is None:
        from drillsim.errors import closest

        near = closest(str(topic), _known())
        near = near if "Closest" in near else ""
        raise click.UsageError(f"nothing is known about '{topic}'.{near} 'drillsim explain' lists everything")
    terminal.say(text, err=as_json)
    terminal.json_line({"topic": topic, "text": text}, wanted=as_json)


def _overview() -> str:
    from drillsim.errors import EXPLANATIONS
    from drillsim.record.columns import BY_NAME
    from drillsim.scenario.defaults import SHIPPED
    from drillsim.scenario.groups import SHIPPED_GROUPS

    samples = {
        "codes": list(EXPLANATIONS),
        "measures": list(BY_NAME),
        "roles": list(SHIPPED),
        "groups": list(SHIPPED_GROUPS),
        "assumptions": sorted(_assumptions()),
        "settings": [s.path for s in _settings()],
    }
    lines = ["drillsim explain TOPIC teaches one of these; drillsim explain GROUP lists a whole group:"]
    for group in _GROUPS:
        names = samples[group]
        lines.append(f"  {group:<12} {len(names):>3}   such as {', '.join(names[:3])}")
    return "\n".join(lines)


def _known() -> Iterator[str]:
    from drillsim.errors import EXPLANATIONS
    from drillsim.record.columns import BY_NAME
    from drillsim.scenario.defaults import SHIPPED
    from drillsim.scenario.groups import SHIPPED_GROUPS

    yield from EXPLANATIONS
    yield from BY_NAME
    yield from SHIPPED
    yield from SHIPPED_GROUPS
    yield from _assumptions()
    for setting in _settings():
        yield setting.path
        yield setting.name


def _listing(topic: str) -> str | None:
    from drillsim.errors import EXPLANATIONS
    from drillsim.record.columns import BY_NAME
    from drillsim.scenario.defaults import SHIPPED
    from drillsim.scenario.groups import SHIPPED_GROUPS

    group = topic.lower() if topic.lower() in _GROUPS else f"{topic.lower()}s"
    if group not in _GROUPS:
        return None
    if group == "codes":
        rows = [(code, text.split(". ")[0].rstrip(".") + ".") for code, text in EXPLANATIONS.items()]
    elif group == "measures":
        rows = [(c.name, c.meaning) for c in BY_NAME.values()]
    elif group == "roles":
        rows = [(name, str(role["label"])) for name, role in SHIPPED.items()]
    elif group == "groups":
        rows = [(name, f"{figures['speed']} on the level") for name, figures in SHIPPED_GROUPS.items()]
    elif group == "assumptions":
        rows = [(name, what[0].split("\n")[0]) for name, what in sorted(_assumptions().items())]
    else:
        rows = [(s.path, s.meaning.split(". ")[0].rstrip(".") + ".") for s in _settings()]
    return "\n".join(_row(name, text) for name, text in rows)


def _row(name: str, text: str) -> str:
    wide = 32
    body = terminal.wrapped(text, indent=" " * wide).lstrip()
    return f"{name:<{wide}}{body}" if len(name) < wide else f"{name}\n{' ' * wide}{body}"


def _answer(topic: str) -> str | None:
    from drillsim.errors import EXPLANATIONS
    from drillsim.record.columns import BY_NAME, LEGS, TIMES
    from drillsim.scenario.defaults import SHIPPED
    from drillsim.scenario.groups import SHIPPED_GROUPS

    if topic.upper() in EXPLANATIONS:
        return f"{topic.upper()}\n{terminal.wrapped(EXPLANATIONS[topic.upper()], indent='  ')}"
    column = BY_NAME.get(topic) or BY_NAME.get(f"{topic}_s") or BY_NAME.get(topic.replace("-", "_") + "_s")
    if column:
        notes = [
            f"{column.name}, in {'seconds' if column.unit == 's' else column.unit}",
            terminal.wrapped(column.meaning, indent="  "),
        ]
        if column.name in TIMES:
            status = column.name.removesuffix("_s") + "_status"
            note = (
                f"'{status}' says reached, not-reached (then the horizon stands in for it in means) or not-applicable."
            )
            notes.append(terminal.wrapped(note, indent="  "))
        if column in LEGS:
            notes.append(
                terminal.wrapped("One leg of the way from onset to able to act; the legs add up to it.", indent="  ")
            )
        return "\n".join(notes)
    if topic.lower() in SHIPPED:
        return _role(topic.lower())
    if topic.lower() in SHIPPED_GROUPS:
        return _group(topic.lower())
    assumptions = _assumptions()
    name = topic if topic.startswith("A:") else f"A:{topic}"
    if name in assumptions:
        lines = [line for use in assumptions[name] for line in use.split("\n")]
        return f"{name}, an assumption: no better source was found. Where it is used:\n" + "\n".join(
            terminal.wrapped(line, indent="  ") for line in lines
        )
    found = [s for s in _settings() if topic in (s.path, s.name) or s.path.endswith(f".{topic}")]
    return "\n\n".join(map(_setting, found)) or None


def _role(name: str) -> str:
    from drillsim.scenario.defaults import shipped_role
    from drillsim.scenario.kinds import KINDS

    role = shipped_role(name)
    cost = role.cost
    lines = [f"{name}: {role.label}"]
    lines += [f"  {kind:<16} {role.word(row)}" for kind, row in KINDS.items()]
    flags = {
        "has": {"armed": role.armed, "keys": role.keys, "radio": role.radio, "police radio": role.police_channel},
        "may": {"order": role.may_order, "arrest": role.arrests},
        "medical": {"first aid": role.first_aid, "fetches the AED": role.fetches_aed},
        "disorder": {"counts towards the number needed": role.quorum},
    }
    for what, words in flags.items():
        lines.append(f"  {what:<16} {', '.join(w for w, is_so in words.items() if is_so) or 'nothing'}")
    if role.meets_police:
        lines.append(f"  {'hostile event':<16} meets police at their entry with keys and place; or guides and locks")
    lines.append(f"  {'on campus':<16} {terminal.percent(role.presence)} of school hours")
    if role.duties:
        lines.append(f"  {'duties':<16} {', '.join(f'{d} {terminal.percent(s)}' for d, s in role.duties.items())}")
    lines.append(f"  {'sets off after':<16} {role.acknowledge} from the word")
    if cost.high:
        span = f"{cost.low:,.0f} to {cost.high:,.0f} USD, middle {cost.mid:,.0f}"
        lines.append(f"  {'cost a year':<16} {span} ({cost.year}, {cost.payer})")
    lines.append("A mixes file changes any of this under 'roles:'.")
    return "\n".join(lines)


def _group(name: str) -> str:
    from drillsim.scenario.groups import SHIPPED_GROUPS

    words = {"speed": "on the level", "stair_up": "up stairs", "stair_down": "down stairs", "premovement": "sets off"}
    lines = [f"{name}: a group of people"]
    for key, law in SHIPPED_GROUPS[name].items():
        lines.append(f"  {words[key]:<16} {law}{' after the order is heard' if key == 'premovement' else ''}")
    lines += [f"  {'' if i else 'sources':<16} {found}" for i, found in enumerate(_sources(name))]
    lines.append(
        f"A scenario names it under 'people: {{groups: {{{name}: {{share: 30 %}}}}}}' and may replace any figure."
    )
    return "\n".join(lines)


def _sources(group: str) -> list[str]:
    """Return the sources and assumptions that stand beside the figures of a shipped group, each once."""
    from drillsim.scenario import groups

    text = Path(str(groups.__file__)).read_text(encoding="utf-8")
    table = text.partition(f'    "{group}": {{')[2].partition("\n    },")[0]
    general = text.partition("PREMOVEMENT = ")[2].partition("\n")[0] if "PREMOVEMENT" in table else ""
    return list(dict.fromkeys(re.findall(rf"docs/sources\.md#[a-z0-9-]+|{_ASSUMPTION.pattern}", table + general)))


@dataclass(frozen=True)
class Setting:
    """One key of a file, with its default and its meaning."""

    path: str
    name: str
    file: str
    default: str
    meaning: str


def _settings() -> list[Setting]:
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mixes

    found = [*_walk(Scenario, "", "scenario"), *_walk(Mixes, "", "mixes file")]
    return [s for s in found if s.meaning]


def _walk(model: Any, prefix: str, file: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        path = f"{prefix}{key}"
        yield Setting(path, key, file, _default(field), " ".join((field.description or "").split()))
        for inner in _models(field.annotation):
            yield from _walk(inner, f"{path}.", file)


def _models(annotation: Any) -> list[Any]:
    if hasattr(annotation, "model_fields") and annotation.__module__.startswith("drillsim.scenario"):
        return [annotation]
    return [m for a in get_args(annotation) for m in _models(a)]


def _default(field: Any) -> str:
    if field.is_required():
        return "none; must be given"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, dict):
        return _mapping(value)
    if value is None or value == "" or value == () or value == {}:
        return "nothing"
    if hasattr(type(value), "model_fields"):
        return "its own keys' defaults"
    return str(value)


def _mapping(value: dict[Any, Any]) -> str:
    inside = (f"{k}: {_mapping(v) if isinstance(v, dict) else v}" for k, v in value.items())
    return "{" + ", ".join(inside) + "}" if value else "nothing"


def _setting(setting: Setting) -> str:
    lines = [f"{setting.path} (in a {setting.file})", terminal.wrapped(setting.meaning, indent="  ")]
    return "\n".join([*lines, terminal.wrapped(f"default: {setting.default}", indent="  ")])


def _assumptions() -> dict[str, list[str]]:
    """Return every assumption with the places that use it: settings first, then figures in the shipped tables."""
    found: dict[str, list[str]] = {}
    for setting in _settings():
        for name in _ASSUMPTION.findall(setting.meaning):
            found.setdefault(name, []).append(f"{setting.path}: {setting.default}\n{setting.meaning}")
    for name, line in _commented():
        if name not in found or line not in found[name]:
            found.setdefault(name, []).append(line)
    return found


def _commented() -> Iterator[tuple[str, str]]:
    """Yield the assumptions named in comments beside the figures of the shipped tables, with table and figure."""
    from drillsim.scenario import defaults, groups

    for module in (defaults, groups):
        yield from _commented_in(Path(str(module.__file__)).read_text(encoding="utf-8").splitlines())


def _commented_in(lines: list[str]) -> Iterator[tuple[str, str]]:
    table = entry = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if heading := re.match(r"([A-Z][A-Z_]+)\b.*=", line):
            table, entry = heading[1].lower().replace("_", " "), ""
        elif nested := re.match(r'    "([\w-]+)": \{$', line):
            entry = f" {nested[1]}"
        code, _, comment = line.partition("# ")
        for name in _ASSUMPTION.findall(comment):
            figure = code.strip() or after.partition("# ")[0].strip()
            figure = figure.rstrip(",").replace('("', "").replace('", "', ", ")
            words = re.sub(r"_(time|speed)\(|\)|\"|^[A-Z_]+ = ", "", figure)
            yield name, f"{table}{entry}: {words}"
