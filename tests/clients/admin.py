"""Python's firebase-admin against a feed server in emulator mode, found by the emulator's environment variable."""

import concurrent.futures
import os
import sys

from support import Heard, request, server

binary = sys.argv[1]
with server(binary, "--emulator") as url:
    os.environ["FIREBASE_DATABASE_EMULATOR_HOST"] = url.removeprefix("http://")
    import firebase_admin
    from firebase_admin import db

    app = firebase_admin.initialize_app(options={"databaseURL": url + "?ns=demo"})
    root = db.reference("/")

    # Writing and reading, text of many scripts included.
    people = {"ada": {"height": 3, "name": "Ада Лавлейс"}, "bob": {"height": 1, "name": "Bøb 😀"}, "cy": {"height": 2}}
    root.child("people").set(people)
    assert root.child("people").get() == people
    assert root.child("people").get(shallow=True) == {"ada": True, "bob": True, "cy": True}
    assert root.child("nothing").get() is None
    key = root.child("list").push({"x": 1}).key
    assert root.child("list").get() == {key: {"x": 1}}
    root.update({"people/cy/name": "Cy", "people/bob/height": 5, "list": None})
    assert root.child("people/cy").get() == {"height": 2, "name": "Cy"}
    assert root.child("list").get() is None
    root.child("people/cy").delete()
    assert root.child("people/cy").get() is None

    # Conditions: reading only what changed, and transactions that race.
    value, etag = root.child("people/ada").get(etag=True)
    assert value == people["ada"]
    assert root.child("people/ada").get_if_changed(etag) == (False, None, None)
    assert root.child("people/ada").set_if_unchanged("stale", 1)[0] is False
    root.child("count").set(0)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        add = lambda _: root.child("count").transaction(lambda n: (n or 0) + 1)
        list(pool.map(add, range(20)))
    assert root.child("count").get() == 20

    # Queries. Ordering by a child needs an index.
    rules = {"rules": {"people": {".indexOn": ["height", ".value"]}, "$any": {".indexOn": ".value"}}}
    request(url + "/.settings/rules.json?ns=demo", "PUT", rules)
    ordered = root.child("people").order_by_child("height").limit_to_last(1).get()
    assert list(ordered) == ["bob"], ordered
    root.child("numbers").set({"a": 3, "b": 1, "c": 2})
    assert list(root.child("numbers").order_by_value().get()) == ["b", "c", "a"]
    assert list(root.child("numbers").order_by_key().start_at("b").limit_to_first(1).get()) == ["b"]
    assert root.child("numbers").order_by_value().equal_to(2).get() == {"c": 2}
    assert list(root.child("numbers").order_by_value().start_at(2).end_at(3).get()) == ["c", "a"]
    try:
        root.child("people").order_by_child("unknown").get()
        raise AssertionError("there is no index")
    except firebase_admin.exceptions.InvalidArgumentError as error:
        assert "Index not defined" in str(error), error

    # Listening.
    heard = Heard()
    root.child("people").listen(lambda event: heard.events.put((event.event_type, event.path, event.data)))
    kind, path, data = heard.next()
    assert (kind, path, data["bob"]["name"]) == ("put", "/", "Bøb 😀")
    root.child("people/dée").set({"name": "日本"})
    heard.until(("put", "/dée", {"name": "日本"}))
    root.child("people").update({"ada/height": 4})
    heard.until(("patch", "/", {"ada/height": 4}))
print("firebase-admin: passed", flush=True)
# The listener's thread is still reading; closing it makes its HTTP library complain.
os._exit(0)
