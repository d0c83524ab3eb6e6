"""The web application: what runs beside the routes starts and ends with it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from civicwatt_cloud.housekeeping import housekeeping
from civicwatt_cloud.kit import (
    audit_api,
    calendar_api,
    calendar_notices,
    jobs,
    labels_api,
    metrics,
    obligations,
    problems,
    rules_api,
    rules_local,
    search,
    session_api,
)
from civicwatt_cloud.kit.access import public
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.documents import api as documents_api
from civicwatt_cloud.kit.files import api as files_api
from civicwatt_cloud.kit.guard import Guard
from civicwatt_cloud.kit.http_metrics import HttpMetrics
from civicwatt_cloud.kit.identity import (
    accounts_api,
    certificates_api,
    delegations_api,
    oidc_api,
    own_api,
    tokens_api,
)
from civicwatt_cloud.kit.indicators import api as indicators_api
from civicwatt_cloud.kit.indicators import snapshots
from civicwatt_cloud.kit.limits import Limits
from civicwatt_cloud.kit.many_models import remember_all
from civicwatt_cloud.kit.notices import api as notices_api
from civicwatt_cloud.kit.notices import inbox, keeping
from civicwatt_cloud.kit.notices import running as notices
from civicwatt_cloud.kit.records import api as records_api
from civicwatt_cloud.kit.records import lookup, meta
from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.kit.threads import in_thread
from civicwatt_cloud.kit.workbooks import api as workbooks_api
from civicwatt_cloud.modules.catalogue import MODULES
from civicwatt_cloud.modules.energy import api as energy_api
from civicwatt_cloud.modules.energy import corrections_api, queries_api, watch
from civicwatt_cloud.modules.fleet.positions import live as fleet_live
from civicwatt_cloud.modules.gateways import api as gateways_api
from civicwatt_cloud.modules.gateways import field_api, manager_api
from civicwatt_cloud.operations import control
from civicwatt_cloud.operations.metrics import router as metrics_router
from civicwatt_cloud.timeseries.intake import presence, roles
from civicwatt_cloud.timeseries.intake.foreign import Foreign
from civicwatt_cloud.timeseries.intake.foreign_names import Names
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles
from civicwatt_cloud.timeseries.intake.roles import Role
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger, Recomputed
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_cloud.web_pages import add_pages

log = structlog.get_logger()

LEDGER_PAUSE_S = 1.0  # real seconds between looks for dirty hours [engineering default]
NIGHTLY = {"hour": 2, "minute": 30}  # business time
MIN_GZIP = 1024
JOBS = (calendar_notices.JOB, obligations.JOB, keeping.JOB, snapshots.job(MODULES))
RECORD_ROUTES = (  # of every module; /export, /titles … go before those that end in a record's id
    lookup.routes,
    workbooks_api.routes,
    labels_api.routes,
    files_api.routes,
    documents_api.routes,
    records_api.routes,
)
ROUTERS = (
    *(part.router for part in (session_api, oidc_api, own_api, delegations_api)),
    *(part.router for part in (accounts_api, certificates_api, tokens_api, audit_api)),
    *(part.router for part in (energy_api, queries_api, corrections_api)),
    *(part.router for part in (gateways_api, field_api, manager_api)),
    *(metrics_router, meta.router),
    *(part.router for part in (inbox, notices_api, search, files_api, labels_api)),
    *(part.router for part in (indicators_api, calendar_api, rules_api)),
)


def create_app(settings: Settings, modules: tuple[Module, ...] = MODULES) -> FastAPI:
    """The application; databases are opened by its lifespan, under `settings.data_dir`."""
    remember_all()
    app = FastAPI(
        title="CivicWatt 公共机构能源平台",
        version="1",
        description="公共机构用能的计量、台账与指标。时间为 ISO 8601，数值为十进制字符串。",
        lifespan=_lifespan,
        # the documentation pages load scripts from elsewhere; civicwatt_cloud.openapi prints the document
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=problems.TOO_MANY,
    )
    app.state.settings = settings
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=MIN_GZIP)
    app.add_middleware(Limits)
    app.add_middleware(Guard)
    app.add_middleware(HttpMetrics)
    app.state.modules = modules
    for router in (*ROUTERS, *(one for module in modules for one in _routers(module))):
        app.router.routes.extend(router.routes)  # include_router would build each a second time
    app.add_api_route(
        "/healthz", _alive, dependencies=[Depends(public)], operation_id="healthz", summary="存活"
    )
    add_pages(app, settings.web_dist)
    return app


@cache
def _routers(module: Module) -> tuple[APIRouter, ...]:
    """A module's routes, built once a process: their wire models take a second."""
    return (*(routes(module) for routes in RECORD_ROUTES), *module.routers)


def _alive() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    state = app.state
    state.zone, state.clock = settings.zone, settings.make_clock()
    state.database = Database.of(settings)
    state.database.upgrade()
    with state.database.reading() as session:
        calendar_notices.refresh(session)
        state.rules = rules_local.of(session)
    state.store = open_store(settings.store_url)
    ledger = Ledger(state.database, state.store, state.zone, state.clock)
    scheduler = AsyncIOScheduler(timezone=state.zone)
    scheduler.add_job(housekeeping, "cron", (state.database, state.store, settings, state.clock), **NIGHTLY)
    for job in (*JOBS, *(job for module in state.modules for job in module.jobs)):
        work_of = (job, state.database, state.zone, state.clock)
        scheduler.add_job(jobs.run, "interval", work_of, seconds=job.every_s, name=job.name)
    looks_at = (state.database, state.store, state.zone, state.clock)
    scheduler.add_job(watch.watch, "interval", looks_at, seconds=watch.EVERY_S)
    scheduler.start()
    work = [_keep_books(ledger), control.serve(settings.data_dir, state.store)]
    state.subscriber = None
    if settings.mqtt_host is not None:
        with state.database.session() as session:
            presence.forget_births(session)
        names = Names.load(settings.foreign_measures) if settings.foreign_measures else None
        foreign = Foreign(settings.foreign_groups, names)
        ingest = Ingest(state.database, state.store, state.clock, foreign, settings.foreign_groups)
        tls, role = TlsFiles.of(settings), _role(settings, state.store)
        state.subscriber = Subscriber(ingest, settings.mqtt_host, settings.mqtt_port, tls, role=role)
        work.append(state.subscriber.run())
    work += [*fleet_live.work(app, settings), *notices.work(app, settings)]
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        scheduler.shutdown(wait=False)
        state.store.close()
        state.database.close()


def _role(settings: Settings, store: ReadingsStore) -> Role:
    """An embedded store is fed from here; beside a server this is the one coordinator of workers."""
    if store.capabilities().embedded:
        return roles.alone()
    return roles.coordinator(settings.foreign_groups, ingests=settings.ingest_here)


async def _keep_books(ledger: Ledger) -> None:
    """Book dirty hours for as long as the application lives; a failure is logged and tried again."""
    while True:
        try:
            while (done := await in_thread(partial(_recompute, ledger))).points:
                log.debug("ledger_booked", points=done.points, hours=done.hours)
        except Exception:
            metrics.LEDGER_FAILED.inc()
            log.exception("ledger_failed")
        await asyncio.sleep(LEDGER_PAUSE_S)


def _recompute(ledger: Ledger) -> Recomputed:
    """Book once, and count it."""
    began = time.perf_counter()
    done = ledger.recompute()
    if done.points:
        metrics.LEDGER_SECONDS.observe(time.perf_counter() - began)
        metrics.LEDGER_HOURS.inc(done.hours)
    else:
        metrics.LEDGER_EVEN.set_to_current_time()
    return done
