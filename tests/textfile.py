#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The textfile as Debian's promtool and node_exporter take it, with hostile names and from a real
run. Their packages are unpacked into the build folder, not installed; nothing but loopback is used."""
import argparse
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PACKAGES = ("prometheus", "prometheus-node-exporter")
START_S = 20


def unpacked(folder):
    """Where their programs are."""
    programs = folder / "root/usr/bin"
    if not (programs / "promtool").exists() or not (programs / "prometheus-node-exporter").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-qq", "download", *PACKAGES], cwd=folder, check=True, stderr=subprocess.DEVNULL)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder / "root"], check=True)
            package.unlink()
    return programs


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=START_S) as response:
        return response.read().decode()


def scraped(programs, folder):
    """What the exporter serves of the folder."""
    port = free_port()
    exporter = subprocess.Popen(
        [programs / "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
         f"--collector.textfile.directory={folder}", f"--web.listen-address=127.0.0.1:{port}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                return get(f"http://127.0.0.1:{port}/metrics")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    finally:
        exporter.kill()
        exporter.wait()


def faults(programs, text, mode=0o644):
    """What is wrong with the text as a textfile, one line each."""
    tool = subprocess.run([programs / "promtool", "check", "metrics"], input=text.encode(), capture_output=True,
                          check=False)  # fmt: skip
    if tool.returncode:
        yield f"promtool: status {tool.returncode}: {(tool.stdout + tool.stderr).decode(errors='replace')}"
    series = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    if len(series) != len(set(series)):
        yield "a series is there twice"
    with tempfile.TemporaryDirectory(prefix="dltrace-textfile-") as folder:
        path = Path(folder, "dltrace.prom")
        path.write_text(text)
        path.chmod(mode)
        served = scraped(programs, folder)
    if "node_textfile_scrape_error 0" not in served:
        yield "node_exporter: scrape error"
    ours = [line for line in served.splitlines() if line.startswith("dltrace_")]
    if len(ours) != len(series):
        yield f"node_exporter serves {len(ours)} of {len(series)} series"
    for family in re.findall(r"^# TYPE (\S+)", text, re.M):
        # one without a series, as when nothing is deadlocked, is not served
        if any(re.match(rf"{family}(_bucket)?($|{{)", line) for line in series) and f"# TYPE {family} " not in served:
            yield f"node_exporter does not serve {family}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dltrace", required=True)
    parser.add_argument("--page", required=True, help="the program that writes made-up reports")
    parser.add_argument("--packages", required=True, type=Path, help="where to unpack prometheus")
    arguments = parser.parse_args()
    programs = unpacked(arguments.packages.resolve())
    texts = {scene: subprocess.run([arguments.page, "textfile", scene], check=True, capture_output=True).stdout.decode()
             for scene in ("several", "hostile", "nothing")}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="dltrace-textfile-") as folder:
        path = Path(folder, "dltrace.prom")
        subprocess.run([arguments.dltrace, "--all", "--once", "--textfile", path], stdout=subprocess.DEVNULL, check=False)
        texts["a real run"] = path.read_text()
    failed = 0
    for name, text in texts.items():
        for fault in faults(programs, text):
            print(f"FAIL textfile, {name}: {fault}")
            failed += 1
    # what they refuse is seen to be refused
    if not list(faults(programs, texts["nothing"] + 'dltrace_build_info{version="\\t"} 1')):
        print("FAIL textfile: a broken one is accepted")
        failed += 1
    print(f"textfile: {len(texts)} checked, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
