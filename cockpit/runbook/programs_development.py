"""What programs of development and deployment do, as data; the table's form is explained in `program_table`."""

from __future__ import annotations

TEXT = """
git
    read: it shows the history
        log, status, diff, show, blame, describe, rev-parse, rev-list, ls-files, ls-remote, ls-tree, shortlog
        reflog ., reflog show, cat-file, grep, whatchanged, name-rev, merge-base, cherry, for-each-ref, show-ref
        branch ., branch -a, branch -r, branch -v, branch -vv, branch -av, branch --list, branch --show-current
        branch --sort, branch --contains, branch --merged, branch --no-merged, tag ., tag -l, tag --list, tag -n
        tag --contains
        tag --points-at, remote ., remote -v ., remote show, remote get-url, stash list, stash show, worktree list
        config --get, config --list, config -l, config --get-all, bisect log, bisect view, submodule status, version
    change: it writes a file
        log --output, diff --output, show --output
    change: it changes names in the repository
        branch, branch -d, branch -D, branch -m, branch -M, branch -f, tag, tag -d, tag -a, tag -f, tag -m, tag -s
    change: it changes the working copy
        checkout, switch, restore, pull, merge, rebase, cherry-pick, revert, commit, add, mv, stash, am, apply
    change: it changes the repository
        fetch, clone, init, config, remote, submodule, bisect, gc, worktree, reset, notes, reflog, format-patch
        lfs, archive
    change: it publishes commits
        push
    high: it overwrites published history
        push -f, push --force, push --force-with-lease, push --mirror, push --delete, push -d, push --prune
    high: it throws local changes away
        reset --hard, stash drop, stash clear, checkout -f, checkout --force
    change: it may delete files
        clean
    high: it deletes files
        clean -f, clean --force, rm
    high: it rewrites history
        filter-branch, filter-repo, reflog expire, reflog delete
npm, pnpm, yarn, bun
    read: it shows what is there
        ls, list, outdated, view, info, audit, why, explain, config get, config list, -v ., --version ., whoami, root
        prefix, ping
    change: it changes packages
        ci, install, i, add, update, upgrade, up, remove, uninstall, link, publish, rebuild, dedupe, .
    change: it runs the project's own script
        run, run-script, start, exec, test, t, build, dev, dlx, x, deploy, typecheck, lint, seed, migrate
    change: it changes packages or settings
        audit fix, cache clean, version, login, config set, config delete, prune, init, create, set
    high: it withdraws a published package
        unpublish
prisma
    read: it shows what is there
        migrate status, migrate diff, validate, version, -v ., --version ., format --check
    change: it changes the database
        migrate deploy, migrate dev, migrate resolve, db execute, db seed, studio, migrate diff --script
    change: it writes files of the project
        db pull, generate, format, init
    change: it changes the database's schema
        db push
    high: it drops the database and creates it anew
        migrate reset
    high: it may throw data away
        db push --force-reset, db push --accept-data-loss
vercel
    read: it shows what is there
        ls, list, inspect, logs, whoami, deployments list, deployments ls, env ls, domains ls, project ls, --version .
        domains inspect, certs ls, dns ls, alias ls, teams ls, secrets ls
    change: it changes the deployment
        rollback, promote, redeploy, deploy, alias, env add, env pull, link, pull, build, dev, env update
    high: it removes a deployment or setting
        remove, rm, env rm, domains rm, project rm
    change: without a sub-command it deploys
        *
gh
    read: it shows what is there
        pr view, pr list, pr checks, pr diff, pr status, run list, run view, run watch, issue view, issue list
        release view, release list, workflow list, workflow view, repo view, repo list, secret list, variable list
        auth status, search, status, cache list, variable get
        codespace list, codespace view, codespace logs, ruleset list, ruleset view, gist list, gist view, label list
        attestation verify, extension list, org list, project list, project view
    change: it changes the repository or starts its workflows
        pr, run, issue, release, workflow, repo, secret, variable, auth, api, gist, label, ruleset, cache
        codespace, project, extension, org, config, ssh-key, gpg-key, alias
    high: it removes what others rely on
        repo delete, release delete, secret delete, variable delete, codespace delete, repo archive, run delete
glab
    read: it shows what is there
        mr view, mr list, mr diff, issue view, issue list, ci status, ci list, ci view, pipeline list, auth status
    change: it changes the repository or starts its pipelines
        mr, issue, ci, pipeline, release, variable
fly, flyctl
    read: it shows what is there
        status, logs, list, ips list, releases, machine list, machine status, checks list, secrets list, apps list
        scale show, regions list, volumes list, config show, postgres list
    change: it changes the app
        deploy, restart, scale, secrets, apps restart, apps create, machine, regions, config, certs, ssh, proxy
        machines
    high: it destroys the app
        destroy, apps destroy, volumes destroy, machine destroy
heroku
    read: it shows what is there
        ps ., logs, releases ., releases:info, status, info, apps:info, config ., config:get, pg:info, pg:ps, pg:locks
        pg:blocking, pg:diagnose, pg:outliers, pg:long-running-queries, addons ., pg:backups ., redis:info
        maintenance ., domains .
    change: it changes the app
        restart, ps:restart, ps:scale, ps:stop, config:set, config:unset, rollback, releases:rollback, maintenance:on
        maintenance:off, run, pg:kill, pg:killall, pg:backups:capture, pg:promote, addons:create, addons:upgrade
    high: it throws data away
        pg:reset, apps:destroy, pg:restore, pg:backups:restore, addons:destroy
railway
    read: it shows what is there
        status, logs, list, whoami, variables ., environment ., --version .
    change: it changes the deployment
        up, redeploy, restart, deploy, rollback, init, ssh, run, variables
        environment, link, add, service, scale, connect, domain, login
    high: it removes a deployment
        down, delete
supabase
    read: it shows what is there
        status, db diff, db lint, migration list, projects list, functions list, --version ., secrets list
        inspect db, branches list
    change: it writes files of the project
        db diff -f, db diff --file, db dump, gen, migration new, db pull, init
    change: it changes the project
        db push, db remote commit, migration up, functions deploy, link, start, stop, migration repair, secrets set
        login, db start
    high: it throws data away
        db reset, db restore, projects delete, stop --no-backup
stripe
    read: it shows what is there
        balance retrieve, events list, logs tail, events retrieve, customers list, charges list
        webhook_endpoints list
        payment_intents retrieve, payment_intents list, charges retrieve, customers retrieve, refunds list
        refunds retrieve, subscriptions list, subscriptions retrieve, invoices list, invoices retrieve, payouts list
        disputes list, listen, --version ., webhook_endpoints retrieve, checkout sessions list
    change: it sends events on to an address
        listen --forward-to, listen -f
    change: it sends events
        trigger, events resend, login
    change: it changes the account
        post, webhook_endpoints create, webhook_endpoints update, payment_intents create, payment_intents cancel
        payment_intents confirm, refunds create, subscriptions update, subscriptions cancel, charges capture
    high: it removes what customers or payments rely on
        delete, webhook_endpoints delete, customers delete
pip, pip3
    read: it shows packages
        list, show, freeze, check, --version ., index
    change: it changes packages
        *
poetry, pipenv
    read: it shows packages
        show, check, --version ., env info, graph
    change: it changes packages
        install, update, add, remove, lock, build, publish, sync, uninstall
uv
    read: it shows packages
        pip list, pip show, tree, --version .
    change: it changes packages
        sync, add, remove, lock, pip install, venv, pip sync
pytest, jest, vitest, playwright, mypy, ruff, eslint, tsc, tox
    change: it runs the project's own code
        *
terraform, tofu
    read: it shows the plan
        plan, show, output, state list, state show, validate, version, providers ., graph, workspace list
        workspace show
    change: it writes the plan to a file
        plan -out
    change: it changes the infrastructure
        apply, import, init, taint, untaint, refresh, workspace, fmt, get, state mv, providers
    high: it may destroy infrastructure
        destroy, apply -auto-approve, apply -destroy, state rm, state push, force-unlock, workspace delete
ansible-playbook
    read: it changes nothing
        --list-tasks, --list-hosts, --syntax-check
    change: it changes machines
        *
k6, ab, wrk, hey, artillery, locust
    change: it puts load on the service
        *
wrangler
    read: it shows what is there
        tail, whoami, deployments list, kv key list, kv key get, r2 bucket list, secret list, d1 list, --version .
    change: it changes the deployment
        deploy, publish, rollback, secret put, kv key put, dev, versions, login, d1 execute, queues
    high: it removes a deployment or its data
        delete, kv key delete, secret delete, kv namespace delete, d1 delete, r2 bucket delete
"""
"""Version control, packages, deployment platforms and load."""
