"""Pyrebase4 with users' tokens, and sseclient-py for the framing alone, against a feed server."""

import os
import sys

import pyrebase
import requests
import sseclient
from support import LIMIT, SECRET, Heard, request, server, token

binary = sys.argv[1]
with server(binary) as url:
    user = token(binary, "u1")
    config = {"apiKey": "none", "authDomain": "localhost", "databaseURL": url, "storageBucket": "none"}
    db = pyrebase.initialize_app(config).database()

    # With the secret everything, with a user's token their own node.
    db.child("users").child("u1").set({"name": "Жук", "n": {"a": 1, "b": 2, "c": 3}}, SECRET)
    assert db.child("users").child("u1").child("name").get(user).val() == "Жук"
    db.child("users").child("u1").update({"name": "Жук 2"}, SECRET)
    pushed = db.child("users").child("u1").child("list").push(5, SECRET)["name"]
    assert db.child("users").child("u1").child("list").child(pushed).get(user).val() == 5
    for refused in [lambda: db.child("users").child("u2").get(user), lambda: db.child("users").child("u1").set(1, user)]:
        try:
            refused()
            raise AssertionError("it was not refused")
        except requests.HTTPError as error:
            assert "Permission denied" in str(error), error

    # Queries, once and as a stream.
    last = db.child("users").child("u1").child("n").order_by_key().limit_to_last(2).get(user).val()
    assert dict(last) == {"b": 2, "c": 3}, last
    heard = Heard()
    hear = lambda message: heard.events.put((message["event"], message["path"], message["data"]))
    # Its close() reaches into what this version of its HTTP library has no more, so the stream ends with this program.
    db.child("users").child("u1").child("n").order_by_key().limit_to_last(2).stream(hear, user)
    heard.until(("put", "/", {"b": 2, "c": 3}))
    db.child("users").child("u1").child("n").child("d").set(4, SECRET)
    heard.until(("patch", "/", {"b": None, "d": 4}))
    db.child("users").child("u1").child("n").child("d").set("vier", SECRET)
    heard.until(("put", "/d", "vier"))
    print("Pyrebase4: passed")

    # The framing, as a reader that knows nothing of Firebase sees it.
    answer = requests.get(url + "/users/u1/name.json", params={"auth": user}, headers={"Accept": "text/event-stream"}, stream=True, timeout=LIMIT)
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    events = sseclient.SSEClient(answer).events()
    first = next(events)
    assert (first.event, first.data) == ("put", '{"path":"/","data":"Жук 2"}'), first.data
    alive = next(events)
    assert (alive.event, alive.data) == ("keep-alive", "null")
    request(url + "/users/u1/name.json", "PUT", "zwei\nZeilen")
    written = next(event for event in events if event.event != "keep-alive")
    assert (written.event, written.data) == ("put", '{"path":"/","data":"zwei\\nZeilen"}')
    answer.close()
    print("sseclient-py: passed", flush=True)
os._exit(0)
