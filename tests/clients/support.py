"""A feed server on a free port of this machine, and waiting for what must happen."""

import contextlib
import json
import os
import queue
import re
import subprocess
import tempfile
import urllib.request

SECRET = "the secret of a server that lives for a minute"
# Only keeps a broken run from hanging.
LIMIT = 60


@contextlib.contextmanager
def server(binary, *flags):
    """Runs the server in a folder of its own; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "REMOTE_REFRESH_SECRET": SECRET}
        command = [binary, "--listen", "127.0.0.1:0", "--data", folder + "/feed.redb", "--keep-alive", "1", *flags]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, f"the server did not start: {line!r}"
            yield found.group()
        finally:
            process.terminate()
            process.wait(LIMIT)


def request(url, method="GET", body=None):
    """A request of whoever knows the secret."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + SECRET}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=LIMIT) as answer:
        return json.load(answer)


def token(binary, uid):
    """A user's token."""
    environment = {**os.environ, "REMOTE_REFRESH_SECRET": SECRET}
    return subprocess.run([binary, "token", uid], env=environment, capture_output=True, text=True, check=True).stdout.strip()


class Heard:
    """What a listener heard, in order."""

    def __init__(self):
        self.events = queue.Queue()

    def next(self):
        return self.events.get(timeout=LIMIT)

    def until(self, wanted):
        """The next event that is `wanted`; others before it are let go."""
        while True:
            event = self.next()
            if event == wanted:
                return event
