"""What container programs do, as data; the form of the table is explained in `program_table`."""

from __future__ import annotations

TEXT = """
docker, podman, nerdctl
    read: it shows what is there
        ps, images, image ls, image inspect, image history, logs, inspect, stats, top, port, diff, version, info
        history
        search, events, container ls, container inspect, container logs, container stats, container top
        network ls, network inspect, volume ls, volume inspect, system df, system info, system events
        context ls, context show, context inspect, manifest inspect, service ls, service ps, service logs
        service inspect, node ls, node ps, node inspect, stack ls, stack ps, stack services, secret ls, config ls
        compose ps, compose logs, compose config, compose images, compose top, compose ls, compose version
        compose port, compose events, compose stats, buildx ls, buildx du
    change: restart interrupts what the container is doing
        restart, compose restart, container restart
    change: it stops the container
        stop, compose stop, container stop, kill, compose kill, container kill, pause, compose pause
    change: it starts the container
        start, compose start, container start, unpause, compose unpause
    change: it creates or replaces containers
        compose up, stack deploy, service update
    change: it stops and removes the project's containers
        compose down
    high: it removes the project's volumes with their data
        compose down -v, compose down --volumes
    change: it starts a new container
        run, create, container run, compose run, compose create, service create
    unknown: what it runs inside the container is not known
        exec, compose exec, container exec
    change: it changes images
        pull, push, build, tag, load, save, commit, import, export, image pull, image push, image build, image tag
        compose pull, compose build, compose push, buildx
    change: it copies files into or out of a container
        cp, compose cp
    change: it changes how containers run
        update, scale, compose scale, service scale, service rollback, rename, node update, network connect
        network disconnect, network create, compose watch
    change: it removes containers or images
        rm, rmi, container rm, image rm, compose rm, network rm, stack rm, service rm
    high: it removes containers without asking
        rm -f, rm -v, rm --force, container rm -f, compose rm -v, compose rm -f
    high: it removes volumes with their data
        volume rm, volume prune, system prune --volumes, compose rm -fv
    change: it makes a volume
        volume create
    change: it removes what is not in use
        system prune, image prune, container prune, network prune, builder prune, buildx prune
    high: it removes every image that is not in use
        system prune -a, system prune --all, image prune -a, image prune --all
    change: it changes the engine's settings
        login, logout, context use, context create, swarm, secret, config, plugin
kubectl, oc
    read: it shows what is there
        get, describe, logs, top, explain, version, cluster-info, api-resources, api-versions, events, diff, wait
        config view, config get-contexts, config current-context, config get-clusters, auth can-i, auth whoami
        rollout status, rollout history, options, kustomize
    read: a dry run changes nothing
        apply --dry-run=client, apply --dry-run=server, create --dry-run=client, delete --dry-run=client
        delete --dry-run=server, drain --dry-run=client, drain --dry-run=server, patch --dry-run=server
    change: it writes what it finds to files
        cluster-info dump --output-directory
    change: it changes which cluster is meant
        config use-context, config set-context, config set, config unset, config set-credentials, config set-cluster
    change: it replaces running pods
        rollout restart, rollout undo, rollout pause, rollout resume
    change: it changes the cluster
        apply, create, patch, set, scale, autoscale, edit, label, annotate, replace, expose, run, cp, debug
    change: it changes the cluster or opens a way into it
        cordon, uncordon, taint, port-forward, proxy, certificate, attach
    high: drain moves every pod away from a node
        drain
    high: delete removes objects from the cluster
        delete, delete pod --all, delete pods --all
    change: it removes a pod, which its controller replaces
        delete pod, delete pods, delete po
    high: it removes objects from the cluster
        replace --force, apply --prune
    unknown: what it runs inside the pod is not known
        exec
crictl, ctr
    read: it shows what is there
        ps, pods, images, logs, inspect, inspecti, inspectp, stats, version, info
    change: it changes containers
        stop, start, rm, rmi, stopp, rmp, pull
helm
    read: it shows what is there
        list, ls, status, history, get, show, search, version, template, lint, env, repo list, diff, dependency list
    read: a dry run changes nothing
        upgrade --dry-run, install --dry-run, rollback --dry-run
    change: it changes a release
        install, upgrade, rollback, repo add, repo update, pull, package, push, test, dependency update
    high: it removes a release
        uninstall, delete
argocd
    read: it shows what is there
        app get, app list, app diff, app history, app logs, app manifests, app resources, app wait, cluster list
        proj list, proj get, repo list, version, account list, context
    change: it changes what is deployed
        app sync, app set, app rollback, app create, app patch, app terminate-op, app actions, login, repo add
        app unset, app edit, proj create
    high: it removes an app with what it deployed
        app delete, cluster rm, proj delete, repo rm
flux
    read: it shows what is there
        get, logs, check, events, stats, trace, tree, version, diff
    change: it changes what is deployed
        reconcile, suspend, resume, create, install, bootstrap
    high: it removes what was deployed
        delete, uninstall
istioctl
    read: it shows what is there
        version, proxy-status, proxy-config, analyze, describe, ps, pc
    change: it changes the mesh
        install, upgrade, tag
    high: it removes the mesh
        uninstall
velero
    read: it shows backups
        backup get, backup describe, backup logs, restore get, restore describe, restore logs, schedule get, version
        get, describe
    change: it makes a backup
        backup create, schedule create, create backup, create schedule
    high: it restores over data, or removes a backup
        restore create, create restore, backup delete, restore delete, schedule delete, delete
"""
"""Containers and what runs them."""
