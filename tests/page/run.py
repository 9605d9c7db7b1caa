#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Holds the pages to what others make of them: graphviz, a JSON parser, an HTML
validator, an XML parser, and a browser in which one clicks a cause and reads its stack.

The findings are made up (page.c), one set of them with names that want to break
the form. Needs no network. Ends with `page: N passed, M failed`.
"""
import argparse
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from webdriver import Browser  # noqa: E402

SCENES = ("places", "several", "hostile", "nothing", "loop", "long")
TESTS = []
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# tidy 5.6 knows links in SVG only by their older name
TIDY_KNOWN = re.compile(r'Warning: <a> proprietary attribute "href"$')
PHONE = (390, 844)
DESK = (1000, 800)


class Failure(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failure(what)


def test(function):
    TESTS.append(function)
    return function


class Bench:
    def __init__(self, page, scratch):
        self.page, self.scratch = page, scratch

    def text(self, form, scene, columns=False):
        environment = {**os.environ, "COLUMNS_ONLY": "1"} if columns else os.environ
        out = subprocess.run([self.page, form, scene], env=environment, check=True, timeout=60, capture_output=True)
        return out.stdout.decode()

    def file(self, scene, columns=False):
        path = self.scratch / f"{scene}{'-columns' if columns else ''}.html"
        path.write_text(self.text("html", scene, columns))
        return path


def accepted(command, text):
    """What the program says on standard error."""
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=False)
    return done.returncode, done.stderr.decode(errors="replace")


@test
def graphviz_accepts_the_graph(bench):
    for scene in SCENES:
        text = bench.text("dot", scene)
        status, said = accepted(["dot", "-Tcanon", "-o", "/dev/null"], text)
        expect(status == 0 and not said, f"{scene}: {said}")
        status, said = accepted(["dot", "-Tsvg", "-o", "/dev/null"], text)
        expect(status == 0 and not said, f"{scene}: {said}")
        expect(not UNSAFE.search(text), f"{scene}: a control character")


@test
def no_name_becomes_a_node_of_the_graph(bench):
    done = subprocess.run(["dot", "-Tplain"], input=bench.text("dot", "hostile").encode(), capture_output=True,
                          check=True, timeout=60)  # fmt: skip
    nodes = re.findall(r"^node (\S+)", done.stdout.decode(), re.M)
    expect(nodes and all(re.fullmatch(r"[dc]\d+n\d+", node) for node in nodes), f"nodes are {nodes}")


@test
def a_parser_accepts_each_line_of_json(bench):
    for scene in SCENES:
        text = bench.text("json", scene)
        expect(not UNSAFE.search(text), f"{scene}: a control character")
        for line in text.splitlines():
            expect(json.loads(line)["schema"] == 1, "no schema")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.names, self.handlers, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.links += [value for name, value in attrs if name in ("href", "src")]


@test
def a_validator_accepts_the_page(bench):
    for scene in SCENES:
        for columns in (False, True):
            text = bench.text("html", scene, columns)
            _, said = accepted(["tidy", "-q", "-e", "-utf8"], text)
            wrong = [line for line in said.splitlines() if not TIDY_KNOWN.search(line)]
            expect(not wrong, f"{scene}: {wrong}")
            expect(not UNSAFE.search(text), f"{scene}: a control character")


@test
def a_page_has_our_script_and_our_links_only(bench):
    for scene in SCENES:
        tags = Tags()
        tags.feed(bench.text("html", scene))
        expect(tags.names.count("script") == 1, f"{scene}: {tags.names.count('script')} scripts")
        expect(not tags.handlers, f"{scene}: {tags.handlers}")
        expect(all(re.fullmatch(r"#d\d+c\d+", link) for link in tags.links), f"{scene}: {tags.links}")


@test
def an_xml_parser_accepts_each_picture(bench):
    for scene in SCENES:
        for columns in (False, True):
            for picture in re.findall(r"<svg.*?</svg>", bench.text("html", scene, columns), re.S):
                status, said = accepted(["xmllint", "--noout", "--nonet", "-"], picture)
                expect(status == 0, f"{scene}: {said}")


def opened(browser, cause):
    return browser.run("return document.getElementById(arguments[0]).open", cause)


@test
def a_click_on_a_cause_shows_its_stack(bench):
    for columns in (False, True):
        with Browser(*DESK) as browser:
            browser.open(bench.file("places", columns))
            shown = "const s=document.querySelector('#d0c1 .stack');return s&&s.offsetHeight>0?s.innerText:''"
            expect(not browser.run(shown), "the stack is there before the click")
            browser.click('svg a[href="#d0c1"]')
            stack = browser.run_until(shown)
            expect("withdraw" in stack and "bank.py:21" in stack, f"the stack is {stack!r}")
            expect(not opened(browser, "d0c0"), "the other cause opened, too")


@test
def a_victim_opens_to_its_stack(bench):
    with Browser(*DESK) as browser:
        browser.open(bench.file("places"))
        browser.run("document.querySelectorAll('.victims>summary,.victims details>summary').forEach(s=>s.click())")
        stack = browser.run_until("const s=document.querySelector('.victims .stack');"
                                  "return s&&s.offsetHeight>0?s.innerText:''")
        expect("serve" in stack and "bank.py:52" in stack, f"the stack is {stack!r}")


@test
def keys_alone_reach_a_cause(bench):
    with Browser(*DESK) as browser:
        browser.open(bench.file("places"))
        browser.press("\ue004\ue007")  # tab, enter
        expect(browser.run_until("return !!document.querySelector('details[open]')"), "no cause opened")


@test
def hostile_names_are_only_shown(bench):
    for columns in (False, True):
        with Browser(*DESK) as browser:
            browser.open(bench.file("hostile", columns))
            browser.run("document.querySelectorAll('details').forEach(d=>d.open=true)")
            expect(browser.run("return document.title") == "dltrace: 4 deadlocks", "the title is another")
            expect(browser.run("return document.scripts.length") == 1, "there are more scripts")
            text = browser.run("return document.body.innerText")
            expect("</script><script>" in text, "the name is not shown as it is")


@test
def a_phone_scrolls_no_text_sideways(bench):
    for scene in SCENES:
        for columns in (False, True):
            with Browser(*PHONE) as browser:
                browser.open(bench.file(scene, columns))
                browser.run("document.querySelectorAll('details').forEach(d=>d.open=true)")
                width = browser.run("return document.documentElement.scrollWidth")
                expect(width <= PHONE[0], f"{scene}: {width} pixels wide")


@test
def dark_is_dark_and_light_is_light(bench):
    with Browser(*DESK) as browser:
        browser.open(bench.file("places"))
        for dark in (False, True):
            browser.dark(dark)
            colours = browser.run("const s=getComputedStyle(document.body);return [s.backgroundColor,s.color]")
            ground, ink = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
            expect((ground < ink) == dark, f"dark {dark}: {colours}")


def screenshots(bench, folder):
    """To be looked at: light and dark, wide and on a phone."""
    for name, size, dark in (("light", DESK, False), ("dark", DESK, True), ("phone", PHONE, False)):
        for scene in SCENES:
            with Browser(*size) as browser:
                browser.dark(dark)
                browser.open(bench.file(scene))
                browser.run("document.querySelectorAll('#d0c0,#d0c1,.victims,.victims details').forEach(d=>d.open=true)")
                Path(folder, f"{scene}-{name}.png").write_bytes(base64.b64decode(browser.screenshot()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", required=True, help="the program that writes the pages")
    parser.add_argument("--only", default="", help="tests whose name contains this")
    parser.add_argument("--screenshots", help="a folder for pictures of the pages, instead of tests")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="dltrace-page-") as scratch:
        bench = Bench(os.path.abspath(arguments.page), Path(scratch))
        if arguments.screenshots:
            return screenshots(bench, arguments.screenshots)
        chosen = [check for check in TESTS if arguments.only in check.__name__]
        for check in chosen:
            try:
                check(bench)
            except (Failure, OSError, subprocess.SubprocessError) as failure:
                print(f"FAIL {check.__name__}: {failure}")
                failed += 1
    print(f"page: {len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
