"""Serves the page: what `make web` built, and its first file for every address that is the page's.

The page is a program of its own (`web/`) that reads the address by itself. Without a build, `/`
says how to make one.
"""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

BUILT = Path(__file__).parent / "web_dist"
FOREVER = "public, max-age=31536000, immutable"  # names below assets/ carry a digest
ASK_AGAIN = "no-cache"
NOT_OURS = ("api", "media")  # programs ask there: they get a problem, never a page
UNBUILT = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>观课 Guanke</title>
<h1>页面还没有生成</h1>
<p>请在观课的文件夹中运行 <code>make web</code>，然后刷新本页。服务本身运行正常。</p>
<h1 lang="en">The page is not built yet</h1>
<p lang="en">Run <code>make web</code> in the folder of Guanke, then reload. The service runs.</p>
</html>
"""


class Pages(StaticFiles):
    """The built page below `folder`; mount it last, at the root."""

    def __init__(self, folder: Path = BUILT) -> None:
        self.folder = folder
        super().__init__(directory=folder, check_dir=False)

    async def check_config(self) -> None:
        """Accept a folder that is not there yet: `_page` says what to do."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the build, else the page itself."""
        first = Path(path).parts[:1]
        if first and first[0] in NOT_OURS:
            raise HTTPException(404)
        if path in {".", "index.html"} or not (self.folder / "index.html").exists():
            return self._page()
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as refusal:
            if refusal.status_code != 404 or first == ("assets",):
                raise
            return self._page()
        answer.headers["cache-control"] = FOREVER if first == ("assets",) else ASK_AGAIN
        return answer

    def _page(self) -> Response:
        headers = {"cache-control": ASK_AGAIN}
        index = self.folder / "index.html"
        if not index.exists():
            return HTMLResponse(UNBUILT, headers=headers)
        return FileResponse(index, media_type="text/html", headers=headers)
