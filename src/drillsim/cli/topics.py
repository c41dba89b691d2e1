"""Topics of `drillsim explain`: name, group, one line for lists, and full text of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from drillsim.cli import terminal
from drillsim.cli.keys import FileKey, file_keys

_ASSUMPTION = re.compile(r"\bA:[a-z_]+\.[a-z0-9_]+")
_FILES = {"plan": "plan", "scenario": "scenario", "mixes": "mixes file", "portfolio": "portfolio"}


@dataclass(frozen=True)
class Topic:
    """A topic to explain.

    names
        Further names under which it is found, in small letters.
    """

    group: str
    name: str
    short: str
    text: Callable[[], str]
    names: tuple[str, ...] = ()


@cache
def topics() -> tuple[Topic, ...]:
    """Return every topic, group by group."""
    makers = (_codes, _measures, _kinds, _roles, _groups, _presets, _events, _assumption_topics, _settings)
    return tuple(topic for make in makers for topic in make())


def find(name: str) -> list[Topic]:
    """Return the topics of a name, in the order of the groups; one name may be a key, a preset and an event at once."""
    wanted = name.lower()
    exact = [t for t in topics() if wanted in (t.name.lower(), *t.names)]
    return exact or [t for t in topics() if t.group == "settings" and t.name.endswith(f".{wanted}")]


def known() -> list[str]:
    """Return every name that `find` knows, to suggest the closest one to a misspelt name."""
    return list(dict.fromkeys(name for t in topics() for name in (t.name, *t.names)))


def _codes() -> Iterator[Topic]:
    from drillsim.errors import EXPLANATIONS

    for code, text in EXPLANATIONS.items():
        yield Topic("codes", code, _first(text), partial(_code, code))


def _code(code: str) -> str:
    from drillsim.errors import EXPLANATIONS

    return f"{code}\n{_body(EXPLANATIONS[code])}"


def _measures() -> Iterator[Topic]:
    from drillsim.record.columns import BY_NAME, status_name

    for column in BY_NAME.values():
        bare = column.name.removesuffix("_s")
        names = (bare, bare.replace("_", "-"), status_name(column.name))
        yield Topic("measures", column.name, column.meaning, partial(_measure, column.name), names)


def _measure(name: str) -> str:
    from drillsim.record.columns import BY_NAME, LEGS, TIMES, status_name

    column = BY_NAME[name]
    lines = [f"{name}, in {'seconds' if column.unit == 's' else column.unit}", _body(column.meaning)]
    if name in TIMES:
        note = "says reached, not-reached (then the horizon stands in for it in means) or not-applicable."
        lines.append(_body(f"'{status_name(name)}' {note}"))
    if column in LEGS:
        lines.append(_body("One leg of the way from onset to able to act; the legs add up to it."))
    return "\n".join(lines)


def _kinds() -> Iterator[Topic]:
    from drillsim.scenario.kinds import KINDS

    for kind in KINDS.values():
        yield Topic("kinds", kind.name, kind.begins, partial(_kind, kind.name), (kind.label,))


def _kind(name: str) -> str:
    from drillsim.scenario.defaults import SHIPPED
    from drillsim.scenario.kinds import KINDS
    from drillsim.scenario.staffing import shipped_role

    kind = KINDS[name]
    words = {word: [r for r in SHIPPED if shipped_role(r).word(kind) == word] for word in ("resolves", "assists")}
    police = {"always": "always called", "if-needed": "called with nobody suitable on campus", "never": "not called"}
    needs = "armed responders, as many as enter together" if kind.needs_arms else "one responder who resolves"
    facts = {
        "resolves": ", ".join(words["resolves"]),
        "assists": ", ".join(words["assists"]) or "nobody",
        "needs": "a number of responders, by its participants" if kind.needs_quorum else needs,
        "urgency": f"{kind.rank} of {len(KINDS)}",
        "police": f"{police[kind.police or 'if-needed']}; delay {kind.police_law}",
        "service": kind.service or "none",
        "ends": "never resolved here" if kind.never_resolved else f"{kind.act} after somebody is able",
        "by itself": f"after {kind.lasts}" if kind.lasts else "does not end by itself",
        "exposure": f"until {kind.exposure_until}",
    }
    lines = [f"{name}: a kind of incident; {kind.begins}", *(f"  {what:<16} {text}" for what, text in facts.items())]
    return "\n".join(
        [*lines, "A scenario file defines its own kinds under 'kinds:', such as {missing-pupil: {like: behaviour}}."]
    )


def _roles() -> Iterator[Topic]:
    from drillsim.scenario.defaults import SHIPPED

    for name, role in SHIPPED.items():
        yield Topic("roles", name, str(role["label"]), partial(_role, name))


def _groups() -> Iterator[Topic]:
    from drillsim.scenario.groups import SHIPPED_GROUPS

    for name, figures in SHIPPED_GROUPS.items():
        yield Topic("groups", name, f"{figures['speed']} on the level", partial(_group, name))


def _presets() -> Iterator[Topic]:
    """Yield the words that files choose from, each with the keys that allow it and the figure it stands for, if any."""
    uses: dict[str, list[FileKey]] = {}
    for key in file_keys():
        for word in key.words:
            if word != "1":
                uses.setdefault(word, []).append(key)
    for word, keys in uses.items():
        short = f"a word of {', '.join(dict.fromkeys(k.plain_path for k in keys[:3]))}"
        yield Topic("presets", word, short, partial(_preset, word, tuple(keys)))


def _preset(word: str, keys: tuple[FileKey, ...]) -> str:
    lines = [f"{word}: a word that a file may say"]
    if figure := _figures().get(word):
        lines.append(_body(figure))
    shown = {key.plain_path: key for key in keys}
    lines += [_body(f"{path} ({_FILES[key.file]}): {key.meaning}") for path, key in list(shown.items())[:4]]
    return "\n".join(lines)


def _figures() -> dict[str, str]:
    """Return the figures that presets stand for, by preset."""
    from drillsim.crowd.laws import DOOR_LAWS
    from drillsim.scenario.defaults import POLICE_LAWS, REPORT_DELAY

    doors = {
        n: f"door: {flow:g} persons/s for each metre beyond {edge:g} m a side" for n, (flow, edge) in DOOR_LAWS.items()
    }
    police = {
        name: f"police: {law} from the call to the first officer at the entry" for name, law in POLICE_LAWS.items()
    }
    means = {name: f"report: {law} from noticed to reported" for name, law in REPORT_DELAY.items()}
    return {**means, **doors, **police}


def _events() -> Iterator[Topic]:
    from drillsim.record.events import EVENTS

    for event in EVENTS.values():
        yield Topic("events", event.name, event.meaning, partial(_event, event.name))


def _event(name: str) -> str:
    from drillsim.record.events import EVENTS

    event = EVENTS[name]
    facts = {"who": event.who, "where": event.where, "why": event.why, "value": event.value}
    told = [f"  {what:<16} {text}" for what, text in facts.items() if text]
    return "\n".join([f"{name}: an event", _body(event.meaning), *told])


def _assumption_topics() -> Iterator[Topic]:
    for name, uses in sorted(_assumptions().items()):
        short = uses[0].split("\n")[0]
        yield Topic("assumptions", name, short, partial(_assumption, name), (name[2:],))


def _assumption(name: str) -> str:
    lines = [line for use in _assumptions()[name] for line in use.split("\n")]
    head = f"{name}, an assumption: no better source was found. Where it is used:"
    return "\n".join([head, *map(_body, lines)])


def _settings() -> Iterator[Topic]:
    for key in file_keys():
        yield Topic(
            "settings",
            key.plain_path,
            _first(key.meaning),
            partial(_setting, key),
            (key.name.lower(),),
        )


def _setting(key: FileKey) -> str:
    lines = [
        f"{key.plain_path} (in a {_FILES[key.file]})",
        _body(key.meaning),
        _body(f"form: {key.form.replace('`', '')}"),
    ]
    lines.append(_body(f"default: {key.default}"))
    return "\n".join([*lines, _body(f"example: {key.name}: {key.example}")] if key.example else lines)


def _first(text: str) -> str:
    return text.split(". ", maxsplit=1)[0].rstrip(".") + "."


def _body(text: str) -> str:
    return terminal.wrapped(text, indent="  ")


def _role(name: str) -> str:
    from drillsim.scenario.kinds import KINDS
    from drillsim.scenario.staffing import shipped_role

    role = shipped_role(name)
    cost = role.cost
    lines = [f"{name}: {role.label}"]
    lines += [f"  {kind:<16} {role.word(row)}" for kind, row in KINDS.items()]
    flags = {
        "has": {"armed": role.armed, "keys": role.keys, "radio": role.radio, "police radio": role.police_channel},
        "may": {"order": role.may_order, "arrest": role.arrests},
        "medical": {f"first aid ({role.first_aid})": role.care > 0, "fetches the AED": role.fetches_aed},
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
    """Return the sources and assumptions named beside the figures of a shipped group, each once."""
    from drillsim.scenario import groups

    text = Path(str(groups.__file__)).read_text(encoding="utf-8")
    table = text.partition(f'    "{group}": {{')[2].partition("\n    },")[0]
    general = text.partition("PREMOVEMENT = ")[2].partition("\n")[0] if "PREMOVEMENT" in table else ""
    return list(dict.fromkeys(re.findall(rf"docs/sources\.md#[a-z0-9-]+|{_ASSUMPTION.pattern}", table + general)))


@cache
def _assumptions() -> dict[str, list[str]]:
    """Return every assumption with the places that use it: settings first, then figures in the shipped tables."""
    found: dict[str, list[str]] = {}
    for key in file_keys():
        for name in _ASSUMPTION.findall(key.meaning):
            found.setdefault(name, []).append(f"{key.plain_path}: {key.default}\n{key.meaning}")
    for name, line in _commented():
        if name not in found or line not in found[name]:
            found.setdefault(name, []).append(line)
    return found


def _commented() -> Iterator[tuple[str, str]]:
    """Yield the assumptions named in comments beside the figures of the shipped tables, with table and figure."""
    from drillsim.scenario import defaults, groups, kinds

    for module in (defaults, groups, kinds):
        yield from _commented_in(Path(str(module.__file__)).read_text(encoding="utf-8").splitlines())


def _commented_in(lines: list[str]) -> Iterator[tuple[str, str]]:
    table = entry = ""
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if heading := re.match(r"([A-Z][A-Z_]+)\b.*=", line):
            table, entry = heading[1].lower().replace("_", " "), ""
        elif nested := re.match(r'    "([\w-]+)": \{$|        name="([\w-]+)"', line):
            table, entry = table if nested[1] else "kind", f" {nested[1] or nested[2]}"
        code, _, comment = line.partition("# ")
        for name in _ASSUMPTION.findall(comment):
            figure = code.strip() or after.partition("# ")[0].strip()
            figure = figure.rstrip(",").replace('("', "").replace('", "', ", ")
            words = re.sub(r"_(time|speed)\(|\)|\"|^[A-Z_]+ = ", "", figure)
            yield name, f"{table}{entry}: {words}"
