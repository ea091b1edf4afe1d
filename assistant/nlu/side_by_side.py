"""Runs the graph of a training with those parts beside each other that do not need each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

from assistant.nlu.beside import beside

Output = tuple[str, Any]
"""A node's name and what it made, as Rasa's nodes take them."""


class SideBySide(GraphRunner):
    """Rasa's own runner takes one node after another. Here what nobody waits for runs in a process of its
    own, with all that is needed for it alone: each policy, the classifier, the extractor of names.

    What these learn is in the model's storage, on disk, and what they hand back is where.
    """

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> SideBySide:
        nodes = {
            name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks)
            for name, node in graph_schema.nodes.items()
        }
        return cls(graph_schema, nodes)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        schema = self._schema.minimal_graph_schema(targets or self._schema.target_names)
        branches = _branches(schema)
        apart = set().union(*branches.values())
        made: dict[str, Output] = {name: (name, value) for name, value in (inputs or {}).items()}
        begun: dict[str, Callable[[], Output]] = {}
        for name in [each for each in _in_order(schema, list(schema.nodes)) if each not in apart]:
            made[name] = self._node(name, made)
            for end, branch in branches.items():
                if end not in begun and _needs(schema, branch) <= made.keys():
                    begun[end] = self._begin(schema, branch, made)
        for end, branch in branches.items():  # those that wait for nobody, where nothing went before them
            if end not in begun:
                begun[end] = self._begin(schema, branch, made)
        made |= {end: outcome() for end, outcome in begun.items()}
        return {name: made[name][1] for name in targets or schema.target_names if name in made}

    def _begin(self, schema: GraphSchema, branch: set[str], made: dict[str, Output]) -> Callable[[], Output]:
        """The last node of a branch, with those before it, which nobody else asks."""
        known = dict(made)

        def work() -> Output:
            found = dict(known)
            for name in _in_order(schema, list(branch)):
                found[name] = self._node(name, found)
            return found[name]

        return beside(work)

    def _node(self, name: str, made: dict[str, Output]) -> Output:
        needed = self._schema.nodes[name].needs.values()
        output: Output = self._nodes[name](*(made[each] for each in needed))
        return output


def _branches(schema: GraphSchema) -> dict[str, set[str]]:
    """By nodes that nobody needs: those, and all that is needed for nothing but them."""
    users: dict[str, set[str]] = {name: set() for name in schema.nodes}
    for name, node in schema.nodes.items():
        for each in node.needs.values():
            users.setdefault(each, set()).add(name)
    branches: dict[str, set[str]] = {}
    for end in (name for name in schema.nodes if not users[name]):
        branch, before = {end}, set[str]()
        while branch != before:
            before = set(branch)
            needed = _needs(schema, branch) & schema.nodes.keys()
            branch |= {name for name in needed if users[name] <= branch}
        branches[end] = branch
    return branches


def _needs(schema: GraphSchema, names: set[str]) -> set[str]:
    """What must be there before these can run, other than they themselves."""
    return {each for name in names for each in schema.nodes[name].needs.values()} - names


def _in_order(schema: GraphSchema, names: list[str]) -> Iterator[str]:
    """Each after what it needs."""
    left = dict.fromkeys(names)
    while left:
        ready = [name for name in left if not left.keys() & set(schema.nodes[name].needs.values())]
        if not ready:
            raise ValueError(f"a circle among {', '.join(left)}")
        for name in ready:
            del left[name]
            yield name
