"""The scenario as run, back to YAML: one document per variant, every override applied."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from simulator.scenario.scenario import Scenario


class _Dumper(yaml.SafeDumper):
    """Plain YAML: no anchors, so that a reader finds every value where it belongs."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def documents(scenario: Scenario) -> str:
    """One YAML document per variant, in their order, each preceded by its name."""
    return "".join(f"--- # variant {name}\n{dump(variant.document)}" for name, variant in scenario.variants.items())


def dump(document: Mapping[str, object]) -> str:
    """YAML text of plain data, keys in the order they are in."""
    return yaml.dump(_plain(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _plain(value: object) -> object:
    """The same data in the types that YAML knows."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value
