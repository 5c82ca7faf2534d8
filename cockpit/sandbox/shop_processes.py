"""The processes of the sample service as the supervisor runs them."""

from __future__ import annotations

from cockpit.sandbox.folder import RangeFolder
from cockpit.sandbox.process import ProcessSpec, python_command, python_environment
from cockpit.sandbox.shop.service import service_environment

_MODULES = {
    "api": "cockpit.sandbox.shop.api",
    "worker": "cockpit.sandbox.shop.worker",
    "world": "cockpit.sandbox.shop.world",
    "report-export": "cockpit.sandbox.shop.report_export",
    "price-import": "cockpit.sandbox.shop.price_import",
    "migrate": "cockpit.sandbox.shop.migrate",
    "backup": "cockpit.sandbox.shop.backup",
}


def shop_process(
    folder: RangeFolder, service: str, name: str, database: str, kv: str, port: int, *, restart: bool = True
) -> ProcessSpec:
    """One process of the service.

    Args:
        folder: the range's.
        service: one of the names above: what it runs, and the name of the log that its processes share.
        name: of the process, for example "api-1".
        database: URL of the workload's own role.
        kv: URL of the workload's own user.
        port: where the api listens.
        restart: whether it is started again when it ends by itself.
    """
    shared = "" if name == service else str(folder.log(service))
    return ProcessSpec(
        name=name,
        command=python_command(_MODULES[service], "--name", name),
        folder=folder.root,
        log=folder.log(name),
        environment=(*python_environment(), *service_environment(database, kv, port, shared, folder.webhook_secret)),
        cwd=str(folder.root),
        restart=restart,
        title=service,
    )


def workload(folder: RangeFolder, database: str, kv: str, port: int) -> list[ProcessSpec]:
    """The processes of a healthy service."""
    names = (("worker", "worker-1"), ("api", "api-1"), ("api", "api-2"), ("worker", "worker-2"), ("world", "world"))
    return [shop_process(folder, service, name, database, kv, port) for service, name in names]
