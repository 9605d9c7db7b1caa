# SPDX-License-Identifier: BSD-2-Clause
"""A browser by W3C WebDriver, with nothing but the standard library.

https://www.w3.org/TR/webdriver2/ names each command; the one of Chromium's own
is cdp/execute. The browser gets a profile of its own and no network.
"""
import json
import re
import subprocess
import tempfile
import time
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
START_S = 60
ANSWER_S = 10
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage "
    "--proxy-server=127.0.0.1:9"
).split()


class Browser:
    def __init__(self, width, height, driver="/usr/bin/chromedriver"):
        self.profile = tempfile.TemporaryDirectory(prefix="dltrace-page-", ignore_cleanup_errors=True)
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       stdin=subprocess.DEVNULL, text=True)  # fmt: skip
        try:
            self.url = f"http://127.0.0.1:{self._port()}/session"
            emulation = {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2, "touch": False}}
            options = {"args": [*FLAGS, f"--user-data-dir={self.profile.name}"], "mobileEmulation": emulation}
            always = {"browserName": "chrome", "goog:chromeOptions": options}
            session = self._send("POST", "", {"capabilities": {"alwaysMatch": always}})
            self.url += "/" + session["sessionId"]
        except BaseException:
            self._end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._send("DELETE", "")
        finally:
            self._end()

    def _end(self):
        self.driver.kill()
        self.driver.wait()
        self.driver.stdout.close()
        self.profile.cleanup()

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                return int(found[1])
        raise RuntimeError("chromedriver did not start")

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=START_S) as response:
            return json.load(response)["value"]

    def open(self, path):
        self._send("POST", "/url", {"url": f"file://{path}"})

    def run(self, script, *arguments):
        return self._send("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_until(self, script, *arguments):
        """What the script says once it says something, or at last: a page answers a click in its own time."""
        end = time.monotonic() + ANSWER_S
        while not (said := self.run(script, *arguments)) and time.monotonic() < end:
            time.sleep(0.05)
        return said

    def click(self, selector):
        found = self._send("POST", "/element", {"using": "css selector", "value": selector})
        self._send("POST", f"/element/{found[ELEMENT]}/click", {})

    def press(self, keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def dark(self, wanted):
        features = [{"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}]
        command = {"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}}
        self._send("POST", "/goog/cdp/execute", command)

    def screenshot(self):
        """PNG of the whole page, in base64."""
        parameters = {"format": "png", "captureBeyondViewport": True}
        return self._send("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot", "params": parameters})["data"]
