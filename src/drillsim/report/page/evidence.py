"""What response time does not show: evidence for and against officers and guards in schools, with its sources."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One finding on record: for what, or against what, it speaks."""

    says: str
    words: str
    source: str


FINDINGS: tuple[Finding, ...] = (
    Finding(
        "for officers",
        "Schools that police agencies staffed with federal grants had fewer fights and other unarmed violence.",
        "Sorensen, Avila-Acosta, Engberg and Bushway 2023, Journal of Policy Analysis and Management 42:941 (US public schools, 2014 to 2018)",
    ),
    Finding(
        "against officers",
        "The same study found no fewer incidents with guns, and more suspensions, expulsions, referrals to police and arrests; the "
        "increase was largest for Black pupils, boys, and pupils with disabilities.",
        "Sorensen, Avila-Acosta, Engberg and Bushway 2023",
    ),
    Finding(
        "against officers",
        "Over seven results, high schools with officers suspended or expelled 1.21 times as often (95 % interval 1.04 to 1.40); three "
        "further results did not settle it (1.54, 0.78 to 3.06).",
        "Fisher and Hennessy 2016, Adolescent Research Review 1:217 (meta-analysis)",
    ),
    Finding(
        "against deterrence",
        "Of 133 hostile events on record an armed guard was present in 23.6 %; no sign was found that this deterred any.",
        "Peterson, Densley and Erickson 2021, JAMA Network Open 4(2):e2037394",
    ),
    Finding(
        "on presence",
        "In 45.8 % of the secondary and 13.4 % of the primary schools that have officers, one is there in all hours of all days.",
        "NCES Digest of Education Statistics 2017, table 233.72 (2015-16)",
    ),
    Finding(
        "on their week",
        "An officer's week was 20 hours of law enforcement, 10 of mentoring, 5 of teaching and 6 to 7 of other work.",
        "Finn and McDevitt 2005, National Assessment of School Resource Officer Programs",
    ),
)
NOT_SHOWN: tuple[str, ...] = (
    "Whether fewer incidents happen. A staffing is compared by what it does once something has begun; deterrence is off and ships without a number.",
    "How it ends. No weapons, no injuries and no outcome of a confrontation are simulated: an arrival is a time, not a result.",
    "What presence does to pupils: discipline, arrests, trust, and who feels safe.",
    "What else the money could do: counsellors, nurses, supervision, doors and locks. Compare those as variants where drillsim can play them.",
    "How good the people are. Skill, judgment and agreements on who does what decide more than seconds.",
)
