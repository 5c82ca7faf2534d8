"""Programs that run another program: what is inside `sudo`, `docker exec`, `ssh host`, `bash -c` and their like."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cockpit.runbook.shell_syntax import SimpleCommand
from cockpit.runbook.shell_words import Word, word

_VALUE_OPTIONS: dict[str, frozenset[str]] = {
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-T", "--user", "--group"}),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "-C", "-S", "--unset", "--chdir"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "ionice": frozenset({"-c", "-n", "-p"}),
    "timeout": frozenset({"-s", "-k", "--signal", "--kill-after"}),
    "watch": frozenset({"-n", "--interval"}),
    "xargs": frozenset({"-I", "-n", "-P", "-L", "-d", "-s", "-a", "-E", "--max-args", "--max-procs", "--delimiter"}),
    "time": frozenset({"-f", "-o"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "docker exec": frozenset(
        {"-u", "--user", "-e", "--env", "-w", "--workdir", "--env-file", "--index", "--detach-keys"}
    ),
    "docker": frozenset({"-H", "--host", "-c", "--context", "--config", "-l", "--log-level"}),
    "docker compose": frozenset(
        {"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi"}
    ),
    "kubectl": frozenset({"-n", "--namespace", "--context", "--kubeconfig", "--cluster", "--user", "-s", "--server"}),
    "kubectl exec": frozenset({"-c", "--container", "-n", "--namespace", "--context", "--pod-running-timeout"}),
    "ssh": frozenset({"-i", "-p", "-l", "-o", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-m", "-O", "-S", "-W"}),
    "git": frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace"}),
    "helm": frozenset({"-n", "--namespace", "--kube-context", "--kubeconfig"}),
    "docker-compose": frozenset({"-f", "--file", "-p", "--project-name", "--profile", "--env-file"}),
    "argocd": frozenset({"--server", "--auth-token", "--config"}),
    "terraform": frozenset({"-chdir"}),
    "pnpm": frozenset({"--filter", "-F", "-C", "--dir"}),
    "npm": frozenset({"--prefix", "-w", "--workspace"}),
    "yarn": frozenset({"--cwd"}),
    "celery": frozenset({"-A", "--app", "-b", "--broker"}),
    "make": frozenset({"-C", "-f"}),
    "npx": frozenset({"-p", "--package"}),
    "su": frozenset({"-s", "--shell", "-g"}),
    "cockpit": frozenset({"--env", "--config", "--runbook", "--alert", "--label"}),
    "systemctl": frozenset({"-n", "-t", "-H", "-M", "--type", "--lines"}),
    "aws": frozenset({"--profile", "--region", "--output", "--endpoint-url", "--query"}),
    "gcloud": frozenset({"--project", "--account", "--zone", "--region", "--format"}),
    "az": frozenset({"--subscription", "-o", "--output"}),
}
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh", "fish"})
_TRANSPARENT = frozenset(
    {
        "sudo",
        "doas",
        "nohup",
        "nice",
        "ionice",
        "time",
        "exec",
        "stdbuf",
        "setsid",
        "builtin",
        "npx",
        "pnpx",
        "bunx",
    }
)
_RUNNERS: dict[str, frozenset[str]] = {
    "bundle": frozenset({"exec"}),
    "npm": frozenset({"exec", "x"}),
    "pnpm": frozenset({"exec", "dlx", "prisma"}),
    "yarn": frozenset({"exec", "dlx", "prisma"}),
    "bun": frozenset({"x"}),
    "uv": frozenset({"run"}),
    "poetry": frozenset({"run"}),
    "pipenv": frozenset({"run"}),
    "doppler": frozenset({"run"}),
    "op": frozenset({"run"}),
    "railway": frozenset({"run"}),
    "heroku": frozenset({"run"}),
}
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "kubectl", "oc"})
_REMOTE = frozenset({"ssh", "mosh"})


_WRAPPERS = (
    _TRANSPARENT
    | _SHELLS
    | _REMOTE
    | _CONTAINERS
    | frozenset(_RUNNERS)
    | {"command", "env", "timeout", "xargs", "watch", "parallel", "eval", "su"}
)
"""Every program that `peel` looks into."""


@dataclass(frozen=True, slots=True)
class Peeled:
    """What a wrapper runs.

    Attributes:
        wrapper: its name, for example "docker exec".
        command: the command inside, None when it is a text for a shell or nothing.
        text: the text that a shell inside reads, "" when it is a command.
        opens: True when it opens an interactive session instead of running something.
        interprets: True when a shell reads the words a second time.
    """

    wrapper: str
    command: SimpleCommand | None = None
    text: str = ""
    opens: bool = False
    interprets: bool = False


def peel(command: SimpleCommand) -> Peeled | None:
    """Take one wrapper off; None when the command is none. What is inside reads what the wrapper reads."""
    if command.program not in _WRAPPERS:
        return None
    peeled = _peeled(command)
    if peeled is None or peeled.command is None or not (command.has_input or command.piped_from):
        return peeled
    return replace(peeled, command=command.running(peeled.command.words))


def _peeled(command: SimpleCommand) -> Peeled | None:
    program, words = command.program, command.words
    if program in _TRANSPARENT:
        return _plain(program, skip_options(program, words[1:]))
    if program == "command":
        return None if any(item.text in ("-v", "-V") for item in words[1:2]) else _plain(program, words[1:])
    runner = _runner(command)
    if runner is not None:
        return runner
    if program == "env":
        return _plain(program, _without_assignments(skip_options(program, words[1:])))
    if program == "timeout":
        return _plain(program, skip_options(program, words[1:])[1:])
    if program in ("xargs", "watch", "parallel"):
        rest = skip_options(program, words[1:])
        if program == "watch":
            return Peeled("watch", text=" ".join(item.text for item in rest), interprets=True)
        return _plain(program, rest)
    if program in _SHELLS:
        return _shell(program, words)
    if program == "eval":
        return Peeled("eval", text=" ".join(item.text for item in words[1:]), interprets=True)
    if program == "su":
        return _su(words)
    if program in _REMOTE:
        rest = skip_options("ssh", words[1:])
        inner = " ".join(item.text for item in skip_options("ssh", rest[1:]))
        return Peeled("ssh", text=inner, opens=not inner, interprets=True)
    if program in _CONTAINERS:
        return _container(program, words)
    return None


def skip_options(program: str, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words from the first that is neither an option nor an option's value."""
    takes_value = _VALUE_OPTIONS.get(program, frozenset())
    at = 0
    while at < len(words) and words[at].text.startswith("-"):
        if words[at].text == "--":
            return words[at + 1 :]
        at += 2 if words[at].text in takes_value else 1
    return words[at:]


def option_values(program: str) -> frozenset[str]:
    """The options of a program that take the next word as their value."""
    return _VALUE_OPTIONS.get(program, frozenset())


def _plain(wrapper: str, rest: tuple[Word, ...]) -> Peeled | None:
    return Peeled(wrapper, SimpleCommand(rest)) if rest else None


def _without_assignments(words: tuple[Word, ...]) -> tuple[Word, ...]:
    at = 0
    while at < len(words) and "=" in words[at].text:
        at += 1
    return words[at:]


def _shell(program: str, words: tuple[Word, ...]) -> Peeled | None:
    for index, item in enumerate(words[1:], 1):
        if item.text.startswith("-") and not item.text.startswith("--") and "c" in item.text and index + 1 < len(words):
            return Peeled(program, text=words[index + 1].text, interprets=True)
        if not item.text.startswith("-"):
            return None
    return Peeled(program, opens=True)


def _su(words: tuple[Word, ...]) -> Peeled:
    for index, item in enumerate(words[:-1]):
        if item.text in ("-c", "--command"):
            return Peeled("su", text=words[index + 1].text, interprets=True)
    return Peeled("su", opens=True)


def _container(program: str, words: tuple[Word, ...]) -> Peeled | None:
    rest = words[1:]
    name = program
    if program in ("docker", "podman", "nerdctl"):
        rest = skip_options("docker", rest)
        if rest and rest[0].text == "compose":
            name, rest = f"{program} compose", skip_options("docker compose", rest[1:])
        elif rest and rest[0].text == "container":
            rest = rest[1:]
    elif program == "docker-compose":
        rest = skip_options("docker compose", rest)
    else:
        rest = skip_options("kubectl", rest)
    if not rest or rest[0].text != "exec":
        return None
    if program in ("kubectl", "oc"):
        return _kubectl_exec(rest[1:])
    inside = skip_options("docker exec", rest[1:])[1:]
    return _executed(f"{name} exec", inside)


def _kubectl_exec(words: tuple[Word, ...]) -> Peeled:
    texts = [item.text for item in words]
    if "--" in texts:
        return _executed("kubectl exec", words[texts.index("--") + 1 :])
    inside = skip_options("kubectl exec", words)[1:]
    return _executed("kubectl exec", skip_options("kubectl exec", inside))


def _executed(wrapper: str, inside: tuple[Word, ...]) -> Peeled:
    if not inside:
        return Peeled(wrapper, opens=True)
    if len(inside) == 1 and inside[0].text.rpartition("/")[2] in _SHELLS:
        return Peeled(wrapper, opens=True)
    return Peeled(wrapper, SimpleCommand(inside))


def _runner(command: SimpleCommand) -> Peeled | None:
    """`bundle exec x`, `uv run x`, `npm exec x`: tools that set a project up and then run what follows."""
    words = command.words
    verbs = _RUNNERS.get(command.program)
    if verbs is None or len(words) < 3 or words[1].text not in verbs:
        return None
    start = 1 if words[1].text == "prisma" else 2
    return _plain(f"{command.program} {words[1].text}", skip_options(command.program, words[start:]))


def found_commands(command: SimpleCommand) -> list[SimpleCommand]:
    """What `find` runs on the files that it finds: every -exec, and -delete as the `rm` that it is."""
    words = command.words
    found: list[SimpleCommand] = []
    for index, item in enumerate(words):
        if item.text in ("-exec", "-execdir", "-ok", "-okdir"):
            inner = words[index + 1 :]
            ends = [number for number, part in enumerate(inner) if part.text in (";", "+")]
            found.append(SimpleCommand(inner[: ends[0]] if ends else inner))
        if item.text == "-delete":
            found.append(SimpleCommand((word("rm"), word("-r"), *words[1:2])))
    return found


def innermost(command: SimpleCommand) -> tuple[SimpleCommand, tuple[str, ...]]:
    """The command under all wrappers that pass their words on unread, and the wrappers' names."""
    passed: list[str] = []
    for _ in range(8):
        peeled = peel(command)
        if peeled is None or peeled.command is None or peeled.wrapper in ("xargs", "parallel"):
            break
        passed.append(peeled.wrapper)
        command = peeled.command
    return command, tuple(passed)
