"""BG/NBD and Gamma-Gamma as they are published, one customer at a time; in weeks."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, lgamma, log


@dataclass(frozen=True)
class Parameters:
    """Of how often customers buy and leave, and of what they spend."""

    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    v: float

    def log_likelihood(self, x: int, recency: float, age: float) -> float:
        """Fader, Hardie and Lee (2005), equation 6."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        stayed = beta(a, b + x) / beta(a, b) * (alpha + age) ** -(r + x)
        left = 0.0
        if x > 0:
            left = beta(a + 1, b + x - 1) / beta(a, b) * (alpha + recency) ** -(r + x)
        return lgamma(r + x) - lgamma(r) + r * log(alpha) + log(stayed + left)

    def value_log_likelihood(self, x: int, value: float) -> float:
        """Fader and Hardie (2013), equation 1a."""
        p, q, v = self.p, self.q, self.v
        return (
            lgamma(p * x + q)
            - lgamma(p * x)
            - lgamma(q)
            + q * log(v)
            + (p * x - 1) * log(value)
            + p * x * log(x)
            - (p * x + q) * log(x * value + v)
        )

    def alive(self, x: int, recency: float, age: float) -> float:
        if x == 0:
            return 1.0
        odds = (self.alpha + age) / (self.alpha + recency)
        return 1 / (1 + self.a / (self.b + x - 1) * odds ** (self.r + x))

    def purchases(self, x: int, recency: float, age: float, weeks: float) -> float:
        """Fader, Hardie and Lee (2005), equation 10."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        series = hypergeometric(
            r + x, b + x, a + b + x - 1, weeks / (alpha + age + weeks)
        )
        shrunk = ((alpha + age) / (alpha + age + weeks)) ** (r + x)
        grown = (a + b + x - 1) / (a - 1) * (1 - shrunk * series)
        return grown * self.alive(x, recency, age)

    def value(self, x: int, average: float) -> float:
        p, q, v = self.p, self.q, self.v
        return p * (v + x * average) / (p * x + q - 1)


CDNOW = Parameters(0.243, 4.414, 0.793, 2.426, 6.25, 3.74, 15.45)


def beta(a: float, b: float) -> float:
    return exp(lgamma(a) + lgamma(b) - lgamma(a + b))


def hypergeometric(a: float, b: float, c: float, z: float) -> float:
    """Gauss's series, to its end."""
    term = total = 1.0
    for n in range(5000):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
    return total


def invented(
    chance: random.Random, count: int, days: int, truth: Parameters
) -> Iterator[tuple[int, int, float]]:
    """Purchases as the model has them: customer, day from 0 on, value.

    Everybody's first one is in the first third of the days.
    """
    for customer in range(count):
        rate = chance.gammavariate(truth.r, 1 / truth.alpha) / 7
        leaves = chance.betavariate(truth.a, truth.b)
        scale = chance.gammavariate(truth.q, 1 / truth.v)
        day = float(chance.randrange(days // 3))
        while day < days:
            yield customer, math.floor(day), chance.gammavariate(truth.p, 1 / scale)
            if chance.random() < leaves and day >= 1 or rate == 0:
                break
            day += chance.expovariate(rate)
