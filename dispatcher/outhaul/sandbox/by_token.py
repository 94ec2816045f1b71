"""A stand-in that lets in by tokens, which it gives out itself."""

from __future__ import annotations

from typing import Any, ClassVar

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.stand_in import Refused, StandIn
from outhaul.sandbox.tokens import Tokens


class TokenStandIn(StandIn):
    """token_path: where tokens are given; grants: what for."""

    token_path: ClassVar[str]
    grants: ClassVar[tuple[str, ...]] = ("refresh_token",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.tokens = Tokens(self._api_key, self.grants)

    def let_in(self, request: Request) -> None:
        if not self.tokens.lets_in(request):
            raise Refused(401, "the token is not valid")

    def _answer(self, request: Request) -> Reply:
        if request.path == self.token_path:
            return self.tokens.give(request)
        return super()._answer(request)
