"""The syncs of many activations: in parallel, in stages, each on its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from outhaul.connections.labels import labelled
from outhaul.engine.observer import Observer
from outhaul.engine.options import SyncOptions
from outhaul.engine.rate import RateLimiters
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary
from outhaul.engine.turns import Turns
from outhaul.errors import ConfigurationError, LeaseLost, OuthaulError
from outhaul.ledger import Warehouse
from outhaul.ledger.records import ActivationRecord, Control
from outhaul.registry.activations import Binding
from outhaul.text.visible import visible

_WAKE_SECONDS = 0.1
"""A signal that the system gives to another thread is seen when this one wakes."""


@dataclass(frozen=True)
class Dispatcher:
    """What syncs share. `bind` binds a record anew when a build came between."""

    warehouse: Warehouse
    bind: Callable[[ActivationRecord], Binding]
    threads: int = 4
    options: SyncOptions = field(default_factory=SyncOptions)
    seams: Seams = field(default_factory=Seams)
    observer: Observer = field(default_factory=Observer)

    def sync_all(self, bindings: Sequence[Binding]) -> list[Summary]:
        """Sync each activation; one that fails does not stop the others.

        At one destination the services of a lower stage are finished first, so that
        contacts exist before they are put on lists.
        """
        controls = self.warehouse.controls(["pause", "resume"])
        approvals = self.warehouse.controls(["approve"])
        turns = Turns(
            self.warehouse,
            self.bind,
            self.options,
            self.seams,
            self.observer,
            RateLimiters(self.seams),
        )
        by_destination: dict[str, list[Binding]] = defaultdict(list)
        for binding in bindings:
            by_destination[binding.destination.name].append(binding)
        with ThreadPoolExecutor(max(1, self.threads), "outhaul-sync") as pool:

            def run(binding: Binding) -> Summary:
                control = controls.get(binding.name)
                with labelled(activation=binding.name):
                    return self._run(
                        turns, binding, control, approvals.get(binding.name)
                    )

            with ThreadPoolExecutor(max(1, len(by_destination))) as destinations:
                groups = [
                    destinations.submit(_in_stages, group, pool, run)
                    for group in by_destination.values()
                ]
                self._await(groups)
        summaries = [summary for group in groups for summary in group.result()]
        order = {binding.name: index for index, binding in enumerate(bindings)}
        return sorted(summaries, key=lambda summary: order[summary.name])

    def _await(self, groups: Sequence[Future[list[Summary]]]) -> None:
        is_stopping = is_over = False
        while not is_over:
            is_over = not wait(groups, timeout=_WAKE_SECONDS).not_done
            if self.seams.stop.is_set() and not is_stopping:
                self.observer.stopping()
                is_stopping = True

    def _run(
        self,
        turns: Turns,
        binding: Binding,
        control: Control | None,
        approval: Control | None,
    ) -> Summary:
        summary = Summary(binding.name)
        started = self.seams.clock()
        try:
            if self.seams.stop.is_set():
                summary.result, summary.message = Result.INCOMPLETE, "interrupted"
            elif control is not None and control.action == "pause":
                summary.result = Result.PAUSED
                reason = f": {control.reason}" if control.reason else ""
                summary.message = visible(f"paused by {control.actor}{reason}")
            else:
                turns.take(binding, approval, summary)
        except ConfigurationError as error:
            summary.result, summary.message = Result.MISCONFIGURED, str(error)
        except LeaseLost as error:
            summary.result, summary.message = Result.BUSY, str(error)
        except OuthaulError as error:
            summary.result, summary.message = Result.FAILED, str(error)
        except Exception as error:  # a bug of ours: the other activations go on
            summary.result, summary.error = Result.FAILED, error
            summary.message = (
                f"internal error ({type(error).__name__}); run with --debug for details"
            )
        summary.seconds = self.seams.clock() - started
        self.observer.finished(summary)
        return summary


def _in_stages(
    bindings: Iterable[Binding],
    pool: ThreadPoolExecutor,
    run: Callable[[Binding], Summary],
) -> list[Summary]:
    stages: dict[int, list[Binding]] = defaultdict(list)
    for binding in bindings:
        stages[binding.service.stage].append(binding)
    return [
        summary for stage in sorted(stages) for summary in pool.map(run, stages[stage])
    ]
