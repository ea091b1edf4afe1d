"""Two web pages of the practice bank: the customer's app, and where a redirect leads.

`/practice/app` lists what waits for a yes or a no, `/practice/page/<bank>/<authorisation>` asks for user
name and password first and leads back to the caller. For browsers on the same machine only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, redirect

from assistant.sandbox.confirming import answer_in_app, answer_on_page, waiting_in_app
from assistant.sandbox.desk import Desk, check_local
from assistant.sandbox.refusals import RefusalError
from assistant.sandbox.sca import FAILED, RECEIVED, UNCONFIRMED, Authorisation

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:1.1rem sans-serif;max-width:30rem;margin:2rem auto}}form{{margin:1.5rem 0}}
button,input{{font:inherit;padding:.5rem 1rem;margin:.2rem 0}}</style></head>
<body><h1>{title}</h1>{body}</body></html>"""

_ANSWER = (
    '<button name="answer" value="yes">Approve</button> <button name="answer" value="no">Refuse</button>'
)
_SIGN_IN = """<p><label>User name<br><input name="psu" autocomplete="off"></label></p>
<p><label>Password<br><input name="password" type="password" autocomplete="off"></label></p>"""

_View = Callable[..., HTTPResponse]


def pages_blueprint(name: str, desks: Mapping[str, Desk]) -> Blueprint:
    """`desks` by slug."""
    blueprint = Blueprint(name, url_prefix="/practice")
    page = "/page/<bank>/<authorisation_id>"
    for method, path, view in (
        ("GET", "/app", show_app),
        ("POST", "/app", tap),
        ("GET", page, show_page),
        ("POST", page, sign),
    ):
        blueprint.add_route(_local(desks, view), path, methods=[method])
    return blueprint


def show_app(desks: Mapping[str, Desk], _request: Request) -> HTTPResponse:
    forms = [
        f'<form method="post"><p>{escape(desks[waiting.bank].plan.name)} asks '
        f"{escape(waiting.authorisation.psu or '')}:"
        f" <strong>{escape(waiting.authorisation.says)}</strong></p>"
        f'<input type="hidden" name="bank" value="{waiting.bank}">'
        f'<input type="hidden" name="id" value="{waiting.authorisation.id}">{_ANSWER}</form>'
        for waiting in waiting_in_app(desks)
    ]
    return _page("Your banking app", "".join(forms) or "<p>Nothing to approve.</p>")


def tap(desks: Mapping[str, Desk], request: Request) -> HTTPResponse:
    answer_in_app(
        _desk(desks, _field(request, "bank")),
        _field(request, "id"),
        approve=_field(request, "answer") == "yes",
    )
    # A reload shows the app again and answers nothing twice.
    return redirect("/practice/app", status=303)


def show_page(desks: Mapping[str, Desk], _request: Request, bank: str, authorisation_id: str) -> HTTPResponse:
    desk = _desk(desks, bank)
    found = desk.authorisations.find(authorisation_id)
    if found.status != RECEIVED:
        return _page(desk.plan.name, f"<p>Nothing to do here: {escape(found.status)}.</p>")
    asked = f"<p>You are asked to approve <strong>{escape(found.says)}</strong>.</p>"
    return _page(desk.plan.name, f'<form method="post">{asked}{_SIGN_IN}{_ANSWER}</form>')


def sign(desks: Mapping[str, Desk], request: Request, bank: str, authorisation_id: str) -> HTTPResponse:
    desk = _desk(desks, bank)
    answered = answer_on_page(
        desk,
        desk.authorisations.find(authorisation_id),
        psu=_field(request, "psu"),
        password=_field(request, "password"),
        approve=_field(request, "answer") == "yes",
    )
    back = _back(answered)
    if back:
        return redirect(back, status=303)
    code = f"<p>Your confirmation code: <code>{answered.code}</code></p>" if answered.code else ""
    return _page(desk.plan.name, f"<p>Thank you: {escape(answered.status)}.</p>{code}")


def _back(answered: Authorisation) -> str:
    """Where the caller wanted the browser to go, the confirmation code with it."""
    wanted = answered.back.refused if answered.status == FAILED else answered.back.confirmed
    if urlsplit(wanted).scheme not in ("http", "https"):
        return ""
    if answered.status != UNCONFIRMED:
        return wanted
    query = urlencode({"confirmationCode": answered.code or ""})
    return f"{wanted}{'&' if urlsplit(wanted).query else '?'}{query}"


def _field(request: Request, name: str) -> str:
    return str(request.form.get(name, ""))


def _desk(desks: Mapping[str, Desk], slug: str) -> Desk:
    if slug not in desks:
        raise RefusalError("RESOURCE_UNKNOWN", "no such bank")
    return desks[slug]


def _page(title: str, body: str, status: int = 200) -> HTTPResponse:
    return html(_PAGE.format(title=escape(title), body=body), status=status)


def _local(desks: Mapping[str, Desk], view: _View) -> Callable[..., Any]:
    async def run(request: Request, **parts: str) -> HTTPResponse:
        try:
            check_local(request)
            return view(desks, request, **parts)
        except RefusalError as refusal:
            return _page("That did not work", f"<p>{escape(refusal.text)}</p>", refusal.status)

    run.__name__ = view.__name__
    return run
