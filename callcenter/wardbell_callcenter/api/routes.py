"""All routes of the API that stand in its OpenAPI document."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from litestar import Router
from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler

from wardbell_callcenter.api import (
    agent_routes,
    code_routes,
    contact_routes,
    contact_verbs,
    figure_routes,
    house_routes,
    offer_routes,
    roster_routes,
    session_routes,
    ward_routes,
)

ROUTES: Sequence[Any] = (
    session_routes.health,
    session_routes.sign_in_with_secret,
    session_routes.end_session,
    contact_routes.contacts,
    contact_routes.open_contact,
    contact_routes.contact,
    contact_routes.timeline,
    *contact_verbs.VERBS,
    code_routes.codes,
    agent_routes.agents,
    agent_routes.seats,
    agent_routes.me,
    agent_routes.sign_in,
    agent_routes.sign_out,
    agent_routes.ready,
    agent_routes.not_ready,
    agent_routes.force_ready,
    agent_routes.force_not_ready,
    agent_routes.force_sign_out,
    offer_routes.offers,
    offer_routes.received,
    offer_routes.pop,
    ward_routes.residents,
    ward_routes.incidents,
    ward_routes.mutes,
    ward_routes.mute,
    ward_routes.unmute,
    roster_routes.who,
    roster_routes.roster_gaps,
    figure_routes.live,
    figure_routes.figures,
    house_routes.house,
    house_routes.put_house,
    house_routes.audit,
)


def routed(*others: WebsocketRouteHandler | HTTPRouteHandler) -> Router:
    """The routes, and others, for one application.

    Copies, since Litestar changes what it takes; and in one router, since of two routes with one path that are taken one after
    the other it wraps the first twice (2.25).
    """
    return Router("/", route_handlers=[deepcopy(route) for route in (*ROUTES, *others)])
