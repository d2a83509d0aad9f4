#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manuals, sample configuration and --help say the same as the option tables of the programs."""
import os

from mrqart_test import *
from option_tables import options, output, phrase, plugins

MANUALS = SOURCE / "docs"
SAMPLE = SOURCE / "etc/mrqart.conf"


def plain(roff):
    """The words of a manual's source: requests and escapes away, white space collapsed."""
    text = re.sub(r"^\.(TP|PP|br|nf|fi|RS|RE|SH|SS|IP)\b.*$", "", roff, flags=re.M)
    text = re.sub(r"^\.([BI]|[BIR]{2}) ", "", text, flags=re.M)
    text = re.sub(r"\\f[BIRP]", "", text).replace(r"\-", "-").replace(r"\e", "\\")
    return " ".join(text.split())


def sections(roff, request):
    """{heading: source} of the parts that begin with .SH or .SS."""
    parts = re.split(rf"^\.{request} (.*)$", roff, flags=re.M)
    return {heading.replace("\\-", "-").strip('"'): part
            for heading, part in zip(parts[1::2], parts[2::2])}


def entries(roff):
    """{bold term: words below it} of a section's .TP paragraphs."""
    found = {}
    for part in re.split(r"^\.TP$", roff, flags=re.M)[1:]:
        term, _, rest = part.strip().partition("\n")
        found[plain(term)] = plain(rest)
    return found


def long_options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - {"--help", "--version"}


def help_of(program, *command):
    done = subprocess.run([program, *command, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done
    return done.stdout


class ConfigurationManual(unittest.TestCase):
    def setUp(self):
        roff = (MANUALS / "mrqart.conf.5").read_text()
        self.parts = {**sections(roff, "SH"), **sections(roff, "SS")}
        self.parts["mrqartd"] = self.parts["OPTIONS OF THE DAEMON"]
        self.parts["sources"] = self.parts["OPTIONS OF EVERY SOURCE"]

    def test_every_option_is_there_with_type_range_unit_and_default(self):
        for plugin in plugins():
            described = entries(self.parts[plugin])
            for key, option in options(plugin).items():
                with self.subTest(plugin=plugin, option=key):
                    said = phrase(option)
                    self.assertIn(key, described)
                    self.assertIn(said[0].upper() + said[1:] + ".", described[key])

    def test_no_option_is_there_that_the_programs_do_not_have(self):
        for plugin in plugins():
            with self.subTest(plugin=plugin):
                part = self.parts[plugin].split("\n.SH ")[0]
                self.assertEqual(set(entries(part)), set(options(plugin)))


class SampleConfiguration(DaemonTest):
    def dump(self, text):
        path = self.where / "sample.conf"
        path.write_text(text)
        folder = BUILD / "share/mrqart"
        return output("-c", path, "--dump-config", "--state-dir", self.where / "state",
                      "--plugin-dir", self.plugin_dir(), "--static-dir", folder)

    def plugin_dir(self):
        """Where the plugins of this build are: beside those that --list-plugins found."""
        line = output("--dump-plugin", "sink-http").split("file=")[1].splitlines()[0]
        return pathlib.Path(line).parent

    def uncommented(self):
        """The sample with every option set: '#' without a space behind it hides one, or a group."""
        return re.sub(r"^(\s*)#(?=[a-z_]+ = |\s{4,}\"|,\{$|\}$)", r"\1",
                      SAMPLE.read_text(), flags=re.M)

    def with_all_plugins(self):
        """The sample with the groups that it hides, and what is required of them."""
        required = {key for plugin in plugins() for key, option in options(plugin).items()
                    if option["required"] == "true"}
        return re.sub(rf"^(\s*)#(?=(?:{'|'.join(required | {'plugin'})}) = |,\{{$|\}}$)", r"\1",
                      SAMPLE.read_text(), flags=re.M)

    def test_it_is_a_configuration(self):
        self.assertIn('paths = [ "/data/dicomstream" ];', self.dump(SAMPLE.read_text()))

    def test_every_option_stands_in_its_place(self):
        text = self.uncommented()
        blocks = {"mrqartd": text.split("sources = (")[0]}
        for block in re.split(r"^\s*plugin = ", text, flags=re.M)[1:]:
            name, rest = block.split(";", 1)
            blocks[name.strip('"')] = re.split(r"\n  #?\}", rest)[0]
        blocks["sources"] = blocks["source-inotify"]  # shown once, with the first source
        common = set(options("sources"))
        for plugin in plugins():
            with self.subTest(plugin=plugin):
                keys = re.findall(r"^\s*(\w+) = ", blocks[plugin], flags=re.M)
                mine = [key for key in keys if (key in common) == (plugin == "sources")]
                self.assertEqual(sorted(mine), sorted(options(plugin)))

    def test_what_it_shows_as_default_is_the_default(self):
        shown, default = ([line.strip() for line in self.dump(text).splitlines()]
                          for text in (self.uncommented(), self.with_all_plugins()))
        examples = {key for plugin in plugins() for key, option in options(plugin).items()
                    if "default" not in option}
        strip = lambda lines: [line for line in lines if line.split(" = ")[0] not in examples]
        self.assertEqual(strip(shown), strip(default))


class CommandManuals(unittest.TestCase):
    def test_options_of_the_daemon(self):
        manual = plain(sections((MANUALS / "mrqartd.8").read_text(), "SH")["OPTIONS"])
        self.assertEqual(long_options(manual), long_options(help_of(MRQARTD)))

    def test_commands_and_options_of_the_tool(self):
        manual = sections(sections((MANUALS / "mrqart.1").read_text(), "SH")["COMMANDS"], "SS")
        listed = help_of(MRQART).split("commands:\n")[1].split("\n\n")[0]
        commands = [line.split()[0] for line in listed.splitlines()]
        self.assertEqual(sorted(manual), sorted(commands))
        for command in commands:
            with self.subTest(command=command):
                self.assertEqual(long_options(plain(manual[command])),
                                 long_options(help_of(MRQART, command)))

    def test_the_manuals_have_no_faults(self):
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        for page in sorted(MANUALS.glob("mrqart*.[158]")):
            with self.subTest(page=page.name):
                done = subprocess.run(["groff", "-man", "-Tutf8", "-K", "utf8", "-ww", "-z", page],
                                      capture_output=True, text=True,
                                      env={**os.environ, "LC_ALL": "C.UTF-8"})
                self.assertEqual((done.returncode, done.stderr), (0, ""))


main()
