"""Fuzzing of everything a user can hand to drillsim: plans, scenarios, mixes, call logs and command lines.

`cases` makes a case from a seed of small integers, `oracle` plays it under limits of time and memory, and
`python -m fuzz --help` (with tools/ on the path) runs a campaign that can be interrupted and resumed.
"""
