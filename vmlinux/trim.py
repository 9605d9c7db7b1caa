#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write a C header with the few kernel types that the BPF programs use.

usage: trim.py BTF_FILE TYPES_FILE...

A type header for CO-RE needs neither all types nor all members: the loader
finds each member by name in the running kernel's BTF. TYPES_FILE lists what is
wanted, one `TYPE: MEMBER...` a line.
"""
import json
import subprocess
import sys

HEAD = """/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's types as far as the BPF programs use them. Made by `make vmlinux`
 * (vmlinux/trim.py) from the kernel's BTF: do not edit, see vmlinux/types.txt.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__
"""
RELOCATE = "#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)"
UNRELOCATE = "#pragma clang attribute pop"


class Btf:
    """The types of one kernel, and the C text of the wanted ones."""

    def __init__(self, path, wanted):
        dump = subprocess.run(["bpftool", "-j", "btf", "dump", "file", path],
                              check=True, stdout=subprocess.PIPE)
        self.types = {t["id"]: t for t in json.loads(dump.stdout)["types"]}
        self.named = {}
        for t in self.types.values():
            self.named.setdefault((t["kind"].lower(), t["name"]), t)
        self.wanted = wanted
        self.done = set()
        self.text = []

    def require(self, kind, name):
        t = self.named.get((kind, name))
        if not t:
            sys.exit(f"trim.py: this kernel has no {kind} {name}")
        return t

    def declare(self, type_id, name, members=None):
        """C declaration of `name` with that type; defines what it needs first."""
        if type_id == 0:
            return f"void {name}"
        t = self.types[type_id]
        kind = t["kind"]
        if kind == "PTR":
            pointed = self.types.get(t["type_id"])
            while pointed and pointed["kind"] in ("CONST", "VOLATILE", "RESTRICT", "TYPE_TAG"):
                pointed = self.types.get(pointed["type_id"])
            if pointed and pointed["kind"] in ("STRUCT", "UNION", "FWD") and \
                    pointed["name"] != "(anon)":
                tag = "union" if pointed["kind"] == "UNION" else "struct"
                return f"{tag} {pointed['name']} *{name}"
            return f"void *{name}"  # functions and whatever else is only compared
        if kind == "ARRAY":
            return self.declare(t["type_id"], f"{name}[{t['nr_elems']}]")
        if kind in ("CONST", "VOLATILE", "RESTRICT", "TYPE_TAG"):
            return self.declare(t["type_id"], name)
        if kind == "INT":
            return f"{t['name']} {name}"
        if kind == "TYPEDEF":
            self.define_typedef(t)
            return f"{t['name']} {name}"
        if kind in ("STRUCT", "UNION"):
            if t["name"] == "(anon)":
                body = self.body(t, members)
                return f"{kind.lower()} {{\n{body}}} {name}"
            self.define_record(t)
            return f"{kind.lower()} {t['name']} {name}"
        if kind == "ENUM":
            return f"unsigned int {name}"
        sys.exit(f"trim.py: no rule for {kind} {name}")

    def define_typedef(self, t):
        if t["id"] in self.done:
            return
        self.done.add(t["id"])
        line = f"typedef {self.declare(t['type_id'], t['name'])};"
        if self.text and self.text[-1].startswith("typedef "):
            self.text[-1] += "\n" + line
        else:
            self.text.append(line)

    def define_record(self, t):
        if t["id"] in self.done:
            return
        self.done.add(t["id"])
        members = self.wanted.get((t["kind"].lower(), t["name"]))
        body = self.body(t, members)
        self.text.append(f"{t['kind'].lower()} {t['name']} {{\n{body}}};")

    def body(self, t, wanted):
        """Members of a record, those of anonymous ones inside it as its own; wanted None: all."""
        lines = []
        found = set()
        self.collect(t, wanted, lines, found)
        missing = [m for m in wanted or () if m not in found]
        if missing:
            sys.exit(f"trim.py: {t['name']} has no member {' '.join(missing)}")
        return "".join(f"\t{line}\n" for entry in lines for line in entry.split("\n"))

    def collect(self, t, wanted, lines, found):
        for member in t["members"]:
            name = member["name"]
            if name == "(anon)":
                inner = self.types[member["type_id"]]
                if inner["kind"] in ("STRUCT", "UNION"):
                    self.collect(inner, wanted, lines, found)
                continue
            if wanted is None or name in wanted:
                found.add(name)
                inside = None
            else:
                inside = [w.split(".", 1)[1] for w in wanted if w.startswith(name + ".")]
                found.update(f"{name}.{w}" for w in inside)
            if inside is None or inside:
                bits = member.get("bitfield_size", 0)
                width = f" : {bits}" if bits else ""
                text = self.declare(member["type_id"], name, inside)
                lines.append(f"{text}{width};")

    def define_enum(self, name, wanted):
        """An enum with the wanted values; without a name, of all the kernel's nameless ones."""
        have = {}
        for t in self.types.values():
            if t["kind"] == "ENUM" and t["name"] == (name or "(anon)"):
                have.update((v["name"], v["val"]) for v in t["values"])
        missing = [v for v in wanted if v not in have]
        if missing:
            sys.exit(f"trim.py: no enum has {' '.join(missing)}")
        lines = "".join(f"\t{v} = {have[v]},\n" for v in wanted)
        self.text.append(f"enum {name + ' ' if name else ''}{{\n{lines}}};")

    def define(self, kind, name, members):
        if kind == "enum":
            self.define_enum(name, members)
        elif kind == "typedef":
            for member in members:
                self.define_typedef(self.require("typedef", member))
        else:
            self.define_record(self.require(kind, name))


def read_wanted(paths):
    wanted = {}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                line = line.split("#")[0].strip()
                if not line or ":" not in line:
                    continue
                what, members = line.split(":")
                kind, _, name = what.partition(" ")
                wanted.setdefault((kind, name), []).extend(members.split())
    return wanted


def main():
    wanted = read_wanted(sys.argv[2:])
    btf = Btf(sys.argv[1], wanted)
    for (kind, name), members in wanted.items():
        btf.define(kind, name, members)
    print(HEAD)
    print(RELOCATE + "\n")
    print("\n\n".join(btf.text))
    print("\n" + UNRELOCATE + "\n\n#endif /* __VMLINUX_H__ */")


main()
