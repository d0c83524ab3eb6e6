"""The built web pages: hashed files are kept for ever, every other path is the one page."""

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path
from fastapi.responses import FileResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from civicwatt_cloud.kit.access import public
from civicwatt_cloud.kit.errors import NotFound

FOR_EVER = "public, max-age=31536000, immutable"
NOT_BUILT = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>CivicWatt</title>
<p>网页尚未构建：在项目根目录运行 make setup。<br>The pages are not built yet: run make setup.</p></html>"""


class _Hashed(StaticFiles):
    """Files whose names hold a hash of their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = FOR_EVER
        return response


def add_pages(app: FastAPI, folder: FilePath) -> None:
    """Serve the pages under `folder`; to be added after all other routes."""
    if (folder / "assets").is_dir():
        app.mount("/assets", _Hashed(directory=folder / "assets"), name="assets")
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public)])
    index = folder / "index.html"
    root = folder.resolve()

    @router.get("/labels/{short}")
    def label(short: Annotated[str, Path(pattern=r"^[\w-]{1,80}$")]) -> RedirectResponse:
        """What a label's code leads to: the page that shows its record."""
        return RedirectResponse(f"../#/labels/{short}", 303)

    @router.get("/{path:path}")
    def page(path: str) -> Response:
        """A file of the build, else the page (the page reads the path itself)."""
        if path.startswith("api/") or path.startswith("assets/"):
            raise NotFound()
        if path and (found := _file(root, path)):
            return FileResponse(found, headers={"Cache-Control": "no-cache"})
        if not index.is_file():
            return Response(NOT_BUILT, media_type="text/html; charset=utf-8")
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    app.router.routes.extend(router.routes)


def _file(root: FilePath, path: str) -> FilePath | None:
    """The file under `root`, if there is one; a path that no file can have (NUL, too long) is none."""
    try:
        found = (root / path).resolve()
        return found if found.is_relative_to(root) and found.is_file() else None
    except (OSError, ValueError):
        return None
