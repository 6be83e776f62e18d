"""A headless Chromium, driven over the WebDriver protocol, for tests of pages.

Needs chromium and chromedriver (Debian: chromium, chromium-driver) and nothing
else: WebDriver is JSON over HTTP on the loopback.
"""
import base64
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.request

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu",
         "--disable-background-networking", "--disable-dev-shm-usage",
         "--disable-component-update", "--no-first-run",
         "--hide-scrollbars"]


def missing():
    """What the machine lacks to run a browser, or None."""
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return program
    return None


class Browser:
    def __init__(self, profile):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.base = f"http://127.0.0.1:{self._port()}"
        reply = self._post("/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {
                "binary": shutil.which("chromium"),
                "args": FLAGS + [f"--user-data-dir={profile}"]},
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        }}})
        self.base += "/session/" + reply["sessionId"]

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                return found.group(1)
        raise RuntimeError("chromedriver ended before it listened")

    def _post(self, path, body):
        request = urllib.request.Request(
            self.base + path, json.dumps(body).encode(),
            {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=50) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from error

    def open(self, url):
        self._post("/url", {"url": url})

    def run(self, script, *args):
        return self._post("/execute/sync",
                          {"script": script, "args": list(args)})

    def devtools(self, command, **params):
        return self._post("/goog/cdp/execute",
                          {"cmd": command, "params": params})

    def size(self, width, height):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name}])

    def log(self, kind):
        return self._post("/se/log", {"type": kind})

    def requests(self, document):
        """Addresses asked for on behalf of a page, its own among them."""
        found = []
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            params = message["params"]
            if (message["method"] == "Network.requestWillBeSent" and
                    params["documentURL"] == document):
                found.append(params["request"]["url"])
        return found

    def picture(self, path, clip=None):
        params = {"captureBeyondViewport": True}
        if clip:
            params["clip"] = dict(zip(("x", "y", "width", "height"), clip),
                                  scale=1)
        data = self.devtools("Page.captureScreenshot", **params)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def close(self):
        try:
            request = urllib.request.Request(self.base, method="DELETE")
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                request, timeout=20).close()
        finally:
            self.driver.terminate()
            self.driver.wait()
