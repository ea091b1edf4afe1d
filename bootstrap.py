#!/usr/bin/env python3
"""Make `.venv` ready: `python3 bootstrap.py [--dev]`. Runs on any Python 3; `make` calls it.

Finds a Python that Rasa works on (3.11 or 3.10), creates the environment, installs the locked and
hash-checked packages, and adds the one Debian package that sound needs where that is allowed.
Nothing is done twice: a stamp holds the hash of what was installed.
"""

import argparse
import ctypes.util
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "installed")
# 3.11 goes beyond what Rasa 3.6.21 declares, is faster, and is what Debian 12 brings.
WANTED = ((3, 11), (3, 10))
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def stop(text, remedy):
    sys.stderr.write("\nSetting up failed: %s\n  What to do: %s\n" % (text, remedy))
    sys.exit(1)


def version_of(python):
    """(major, minor) of an interpreter that starts and has the modules we need, else None."""
    code = "import sys, ssl, sqlite3, ctypes; print('%d.%d' % sys.version_info[:2])"
    try:
        out = subprocess.run(
            [python, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=True
        ).stdout.decode()
        major, minor = out.strip().split(".")
        return int(major), int(minor)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def candidates():
    """Interpreters in the order in which they are tried: named, PATH, pyenv, uv, this one."""
    if os.environ.get("PYTHON"):
        yield os.environ["PYTHON"]
    for wanted in WANTED:
        name = "python%d.%d" % wanted
        found = shutil.which(name)
        if found:
            yield found
        pyenv = os.path.join(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
        uv = os.path.expanduser("~/.local/share/uv/python")
        for folder in (pyenv, uv):
            yield from sorted(glob.glob(os.path.join(folder, "*%d.%d*" % wanted, "bin", name)), reverse=True)
    yield sys.executable


def find_python():
    for python in candidates():
        if version_of(python) in WANTED:
            return python
    return None


def may_install():
    """Debian packages are installed as root only, and never when APT=no."""
    return (
        os.environ.get("APT") != "no"
        and hasattr(os, "geteuid")
        and os.geteuid() == 0
        and shutil.which("apt-get") is not None
    )


def apt_install(*packages):
    say("  Debian packages: " + " ".join(packages))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends"] + list(packages)
    if subprocess.run(command, check=False, **silent).returncode == 0:
        return True
    subprocess.run(["apt-get", "update", "-q"], check=False, **silent)
    return subprocess.run(command, check=False, **silent).returncode == 0


def ensure_python():
    python = find_python()
    if python is None and may_install():
        for wanted in WANTED:
            name = "python%d.%d" % wanted
            if apt_install(name, name + "-venv"):
                python = find_python()
                break
    if python is None:
        stop(
            "no Python 3.11 or 3.10 was found (Rasa 3.6 has no release for newer ones)",
            "install one (Debian 12: apt-get install python3.11 python3.11-venv; elsewhere: "
            "`uv python install 3.11` or pyenv), or name it: make PYTHON=/path/to/python3.11 ...",
        )
    return python


def create_venv(python):
    command = [python, "-m", "venv", "--clear", VENV]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if result.returncode != 0 and may_install():
        # Debian cuts venv out of Python into a package of its own.
        apt_install("python%d.%d-venv" % version_of(python))
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if result.returncode != 0:
        sys.stderr.write(result.stdout.decode(errors="replace"))
        stop(
            "the environment could not be created",
            "on Debian: apt-get install python3-venv; is the disk full?",
        )


def pip(title, *arguments):
    """Run pip and show that it lives: one line, how many packages so far, how many seconds."""
    python = os.path.join(VENV, "bin", "python")
    command = [python, "-m", "pip", "install"] + list(arguments)
    started = time.time()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, **QUIET)
    )
    lines, packages = [], 0
    for raw in process.stdout:
        line = raw.decode(errors="replace").rstrip()
        lines.append(line)
        packages += line.startswith("Collecting ")
        if sys.stdout.isatty():
            sys.stdout.write("\r  %s: %d packages, %d s " % (title, packages, time.time() - started))
            sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.write("\r")
    if process.wait() != 0:
        sys.stderr.write("\n".join(lines[-15:]) + "\n")
        stop(
            "pip could not install the locked packages (%s)" % title,
            "is the package index reachable, and is there room for 3 GB? then run the same command again",
        )
    say("  %s: done in %d s" % (title, time.time() - started))


def lock_files(dev):
    names = ["runtime.lock"] + (["dev.lock"] if dev else [])
    return [os.path.join(ROOT, "requirements", name) for name in names]


def fingerprint(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def installed():
    try:
        with open(STAMP) as file:
            return set(file.read().split())
    except OSError:
        return set()


def install(dev):
    done = installed()
    for path in lock_files(dev):
        key = fingerprint(path)
        if key in done:
            continue
        name = os.path.basename(path)
        say("Installing %s (first time: about two minutes)" % name)
        # Complete locks: nothing is resolved. The few source distributions are pure Python and are
        # built with the locked setuptools. Rasa's own metadata ends at 3.10.
        flags = ["--no-deps", "--ignore-requires-python", "--require-hashes", "--no-build-isolation"]
        if name == "runtime.lock":
            build = tools(path)
            with open(os.path.join(VENV, "build-tools.txt"), "w") as file:
                file.write("\n".join(build) + "\n")
            pip("build tools", *(flags + ["-r", file.name]))
        pip(name, *(flags + ["-r", path]))
        done.add(key)
        with open(STAMP, "w") as file:
            file.write("\n".join(sorted(done)) + "\n")


def link():
    """What of ours lies in the environment; written anew each time, since it changes without the locks."""
    (site,) = glob.glob(os.path.join(VENV, "lib", "python3.*", "site-packages"))
    with open(os.path.join(site, "voice_banking_assistant.pth"), "w") as file:
        file.write(ROOT + "\n")
    shutil.copy(os.path.join(ROOT, "assistant", "nlu", "rasa_telemetry_off.pth"), site)
    launcher = os.path.join(VENV, "bin", "assistant")
    python = os.path.join(VENV, "bin", "python")
    with open(launcher, "w") as file:
        # Guarded: processes that replay recordings import the script that started them.
        main_only = 'if __name__ == "__main__":\n    main()\n'
        file.write("#!%s\nfrom assistant.cli.main import main\n\n%s" % (python, main_only))
    os.chmod(launcher, 0o755)


def tools(lock):
    """The lock's own entries, hashes included, of what builds source distributions."""
    keep = False
    with open(lock) as file:
        for line in file:
            if not line.startswith(" "):
                keep = line.split("==")[0] in ("setuptools", "wheel")
            if keep:
                yield line.rstrip()


def ensure_sound(dev):
    """PortAudio for microphone and loudspeaker; for the tests voices, and a sound server without a card."""
    missing = [] if ctypes.util.find_library("portaudio") else ["libportaudio2"]
    if dev and not (shutil.which("pulseaudio") and shutil.which("paplay")):
        missing += ["pulseaudio", "pulseaudio-utils", "libasound2-plugins"]
    if dev and not (shutil.which("espeak-ng") and shutil.which("flite")):
        missing += ["espeak-ng", "flite"]  # voices that the speech model never learnt from
    if missing and not (may_install() and apt_install(*missing)):
        say("  Going on without sound: apt-get install %s would bring it." % " ".join(missing))


def ensure_browser():
    """The browser in which the tests look at pages."""
    if not shutil.which("chromium") and not (may_install() and apt_install("chromium")):
        say("  Going on without a browser: apt-get install chromium would bring it.")


def ensure_stores():
    """Redis and PostgreSQL, of which the tests run servers of their own."""
    postgres = shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")
    missing = ([] if shutil.which("redis-server") else ["redis-server"]) + (
        [] if postgres else ["postgresql"]
    )
    if missing and not (may_install() and apt_install(*missing)):
        say("  Going on without servers: apt-get install %s would bring them." % " ".join(missing))


def main():
    parser = argparse.ArgumentParser(description="Make .venv ready for the assistant.")
    parser.add_argument("--dev", action="store_true", help="also what tests and linters need")
    dev = parser.parse_args().dev
    python_in_venv = os.path.join(VENV, "bin", "python")
    fresh = version_of(python_in_venv) in WANTED
    wanted = {fingerprint(path) for path in lock_files(dev)}
    if fresh and wanted <= installed():
        link()
        return
    if not fresh:
        python = ensure_python()
        say("Setting up .venv with Python %d.%d" % version_of(python))
        create_venv(python)
    install(dev)
    link()
    ensure_sound(dev)
    if dev:
        ensure_browser()
        ensure_stores()


if __name__ == "__main__":
    main()
