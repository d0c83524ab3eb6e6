"""How far each route reaches that is not made from an entity: a line here for each of them.

A route without a line fails the build. The routes that are made from a manifest, and those below the path of
an entity, reach what their actor's roles see of the organisation tree, and need none.
"""

from enum import StrEnum


class Reach(StrEnum):
    """What a route tells of, and to whom."""

    SCOPE = "scope"  # what the actor's roles see of the tree; what lies outside is not found
    OWN = "own"  # of one's own account alone
    PLATFORM = "platform"  # nothing of any organisation: the same for all who may call it
    MACHINE = "machine"  # for a machine that proves itself otherwise: no session opens it
    PUBLIC = "public"  # for anybody: signing in, the pages


REACH: dict[str, Reach] = {
    # signing in, and one's own account
    "POST /api/v1/session": Reach.PUBLIC,
    "GET /api/v1/session/oidc": Reach.PUBLIC,
    "GET /api/v1/session/oidc/callback": Reach.PUBLIC,
    "POST /api/v1/session/nonce": Reach.PUBLIC,
    "POST /api/v1/session/certificate": Reach.PUBLIC,
    "POST /api/v1/invitation": Reach.PUBLIC,
    "GET /api/v1/session": Reach.OWN,
    "DELETE /api/v1/session": Reach.OWN,
    "POST /api/v1/setup": Reach.OWN,
    "POST /api/v1/password": Reach.OWN,
    "POST /api/v1/second-factor": Reach.OWN,
    "POST /api/v1/second-factor/confirm": Reach.OWN,
    "GET /api/v1/sessions": Reach.OWN,
    "DELETE /api/v1/sessions/{session_id}": Reach.OWN,
    "GET /api/v1/grants/mine": Reach.OWN,
    "GET /api/v1/delegations": Reach.OWN,
    "POST /api/v1/delegations": Reach.OWN,
    "DELETE /api/v1/delegations/{grant_id}": Reach.OWN,
    "GET /api/v1/notices": Reach.OWN,
    "POST /api/v1/notices/read": Reach.OWN,
    "GET /api/v1/notices/preferences": Reach.OWN,
    "PUT /api/v1/notices/preferences": Reach.OWN,
    # the three administrators
    "GET /api/v1/accounts": Reach.PLATFORM,
    "POST /api/v1/accounts": Reach.PLATFORM,
    "PATCH /api/v1/accounts/{account_id}": Reach.PLATFORM,
    "POST /api/v1/accounts/{account_id}/invitation": Reach.PLATFORM,
    "GET /api/v1/accounts/{account_id}/certificates": Reach.PLATFORM,
    "POST /api/v1/accounts/{account_id}/certificates": Reach.PLATFORM,
    "DELETE /api/v1/certificates/{certificate_id}": Reach.PLATFORM,
    "GET /api/v1/accounts/{account_id}/tokens": Reach.PLATFORM,
    "POST /api/v1/accounts/{account_id}/tokens": Reach.PLATFORM,
    "DELETE /api/v1/tokens/{token_id}": Reach.PLATFORM,
    "POST /api/v1/grants": Reach.PLATFORM,
    "DELETE /api/v1/grants/{grant_id}": Reach.PLATFORM,
    "GET /api/v1/grants/nodes": Reach.PLATFORM,
    "GET /api/v1/audit": Reach.PLATFORM,
    "GET /api/v1/audit/verdict": Reach.PLATFORM,
    "GET /api/v1/audit/grants/export": Reach.PLATFORM,
    # energy and gateways
    "GET /api/v1/overview": Reach.SCOPE,
    "GET /api/v1/live": Reach.SCOPE,
    "GET /api/v1/figures/{key}": Reach.SCOPE,
    "GET /api/v1/institutions/{institution_id}": Reach.SCOPE,
    "GET /api/v1/institutions/{institution_id}/load": Reach.SCOPE,
    "GET /api/v1/institutions/{institution_id}/figures/{key}": Reach.SCOPE,
    "GET /api/v1/points/{point_id}/readings": Reach.SCOPE,
    "GET /api/v1/health": Reach.PLATFORM,
    "GET /api/v1/curves": Reach.SCOPE,
    "GET /api/v1/reports/consumption": Reach.SCOPE,
    "GET /api/v1/comparisons/consumption": Reach.SCOPE,
    "GET /api/v1/rankings": Reach.SCOPE,
    "GET /api/v1/corrections": Reach.SCOPE,
    "POST /api/v1/corrections/{number}/approve": Reach.SCOPE,
    "POST /api/v1/corrections/{number}/reject": Reach.SCOPE,
    "GET /api/v1/gateways": Reach.SCOPE,
    "POST /api/v1/gateways/{gateway_id}/code": Reach.SCOPE,
    "DELETE /api/v1/gateways/{gateway_id}/certificates": Reach.SCOPE,
    "GET /api/v1/replacements": Reach.SCOPE,
    "POST /api/v1/replacements": Reach.SCOPE,
    "POST /api/v1/gateway/enrol": Reach.PUBLIC,
    "POST /api/v1/gateway/renewal": Reach.MACHINE,
    "POST /api/v1/gateway/meters": Reach.MACHINE,
    "POST /api/v1/gateway/replacements": Reach.MACHINE,
    "GET /api/v1/gateway/received": Reach.MACHINE,
    # the kernel, over all modules
    "GET /api/v1/meta": Reach.PLATFORM,
    "GET /api/v1/inbox": Reach.SCOPE,
    "GET /api/v1/search": Reach.SCOPE,
    "GET /api/v1/files/{sha256}": Reach.SCOPE,
    "GET /api/v1/attachments/{record_id}/regions": Reach.SCOPE,
    "PUT /api/v1/attachments/{record_id}/regions": Reach.SCOPE,
    "PUT /api/v1/attachments/{record_id}/regions/{entity}/{shown_id}": Reach.SCOPE,
    "DELETE /api/v1/attachments/{record_id}/regions/{entity}/{shown_id}": Reach.SCOPE,
    "GET /api/v1/labels/{short}": Reach.SCOPE,
    "GET /api/v1/indicators": Reach.SCOPE,
    "GET /api/v1/indicators/{key}/ranking": Reach.SCOPE,
    "GET /api/v1/indicators/{key}/items": Reach.SCOPE,
    "GET /api/v1/calendar/{year}": Reach.PLATFORM,
    "GET /api/v1/rules/{rule}": Reach.SCOPE,
    # what modules add
    "GET /api/v1/org/tree": Reach.SCOPE,
    "GET /api/v1/org/buildings": Reach.SCOPE,
    "GET /api/v1/org/establishment/export": Reach.SCOPE,
    "GET /api/v1/housing/over-standard": Reach.SCOPE,
    "POST /api/v1/housing/over-standard/tasks": Reach.SCOPE,
    "GET /api/v1/housing/over-standard/export": Reach.SCOPE,
    "GET /api/v1/housing/vacancy": Reach.SCOPE,
    "GET /api/v1/housing/vacancy/export": Reach.SCOPE,
    "GET /api/v1/housing/return/users/export": Reach.SCOPE,
    "GET /api/v1/housing/return/manager/export": Reach.SCOPE,
    "GET /api/v1/housing/title-rate": Reach.SCOPE,
    "GET /api/v1/housing/unit-check": Reach.SCOPE,
    "GET /api/v1/housing/rent": Reach.SCOPE,
    "GET /api/v1/housing/risks": Reach.SCOPE,
    "GET /api/v1/fleet/live": Reach.SCOPE,
    "GET /api/v1/fleet/stock-findings": Reach.SCOPE,
    "GET /api/v1/fleet/annual-return/export": Reach.SCOPE,
    "GET /api/v1/fleet/accounts/export": Reach.SCOPE,
    "GET /api/v1/fleet/violation-list/export": Reach.SCOPE,
    "GET /api/v1/fleet/ground": Reach.PLATFORM,
    "POST /api/v1/fleet/forwarded": Reach.MACHINE,
    "PUT /api/v1/returns/filings/{key}": Reach.SCOPE,
    "POST /api/v1/returns/periods": Reach.SCOPE,
    "GET /api/v1/returns/summary": Reach.SCOPE,
    "GET /api/v1/returns/three-way": Reach.SCOPE,
    "POST /api/v1/returns/three-way": Reach.SCOPE,
    "GET /api/v1/certification/certificates/{token}": Reach.PUBLIC,
    "POST /api/v1/upkeep/alarms": Reach.SCOPE,
    "POST /api/v1/upkeep/gate": Reach.SCOPE,
    # beside the interface
    "GET /metrics": Reach.MACHINE,
    "GET /healthz": Reach.PUBLIC,
    "GET /labels/{short}": Reach.PUBLIC,
    "GET /{path:path}": Reach.PUBLIC,
}
