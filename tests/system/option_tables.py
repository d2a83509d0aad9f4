# SPDX-License-Identifier: Apache-2.0
"""The option tables of daemon and plugins, as --dump-plugin prints them, for tests of the documents."""
import json
import subprocess

from mrqart_test import MRQARTD

TYPES = {"string": "text", "boolean": "true or false", "integer": "whole number",
         "number": "number", "strings": "texts", "numbers": "group of numbers",
         "path": "path", "folder": "folder", "folders": "folders"}
LISTS = ("strings", "folders")


def output(*arguments):
    """Standard output of mrqartd; fails when it does."""
    done = subprocess.run([MRQARTD, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"mrqartd {arguments} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def plugins():
    """The names of the installed plugins, and of what is like one: the daemon itself, and
    "sources" for what every source has."""
    lines = output("--list-plugins").splitlines()
    return ["mrqartd", "sources"] + [line.split()[0].removeprefix("name=") for line in lines]


def options(plugin):
    """{key: {"type", "required", "default" …}} of a plugin, in the order of its table; what every
    source has is an option of "sources"."""
    table = table_of("source-inotify" if plugin == "sources" else plugin)
    common = "true" if plugin == "sources" else None
    return {key: option for key, option in table.items() if option.get("common") == common}


def table_of(plugin):
    table = {}
    for line in output("--dump-plugin", plugin).splitlines():
        if line.startswith("option."):
            path, value = line.split("=", 1)
            _, key, member = path.split(".")
            table.setdefault(key, {})[member] = value
    return table


def written(value):
    """A default as the configuration writes it."""
    if isinstance(value, list):
        return "[ " + ", ".join(map(written, value)) + " ]" if value else "[ ]"
    if isinstance(value, dict):
        return "{ " + " ".join(f"{key} = {written(v)};" for key, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def phrase(option):
    """What an option may be and is otherwise, as the manual says it."""
    text = TYPES[option["type"]]
    if option["type"] in LISTS:
        entries = f"{option['minimum']} to {option['maximum']} " if "minimum" in option else ""
        text = f"list of {entries}{text}"
    elif "minimum" in option:
        text += f" from {option['minimum']} to {option['maximum']}"
    if "unit" in option:
        text += f" ({option['unit']})"
    if "choices" in option:
        words = [f'"{word}"' for word in option["choices"].split("|")]
        text += ", " + ", ".join(words[:-1]) + " or " + words[-1]
    if option["required"] == "true":
        return text + "; required"
    if "default" in option:
        return text + "; default " + written(json.loads(option["default"]))
    return text
