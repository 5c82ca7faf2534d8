"""Shell text that looks harmless and is not, and shell text that looks unknown and only reads."""

from __future__ import annotations

import pytest

from cockpit.model.risk import Risk
from cockpit.model.runbook import Kind
from cockpit.runbook.kinds import recognise
from cockpit.runbook.risk import judge
from cockpit.runbook.shell_syntax import read, syntax_tree


@pytest.mark.parametrize(
    "text",
    [
        "shutdown -h now",
        "shutdown -h",
        "sed -i.bak s/a/b/ f",
        "sed -ni p f",
        "sed -E -i '' s/a/b/ f",
        "sed 's/a/b/w out' f",
        "sed -es/a/b/e f",
        "awk '{print > $1}' f",
        "awk '{print | \"sh\"}' f",
        "awk -i inplace '{print}' f",
        "find . -exec ls {} \\; -exec rm {} \\;",
        "find . -fprint out",
        "find . -name x | xargs rm",
        "ip a add 10.0.0.1/8 dev eth0",
        "ip link set eth0 down",
        "ip route replace default via 10.0.0.1",
        "timedatectl set-time 10:00",
        "hostnamectl set-hostname a",
        "loginctl terminate-session 4",
        "nvidia-smi --gpu-reset",
        "ss -K dst 10.0.0.1",
        "fuser -vk 80/tcp",
        "uniq a b",
        "sort -uo b a",
        "arp -d 10.0.0.1",
        "yq -Pi .a=1 f.yml",
        "env -S 'rm -rf /'",
        "git branch feature",
        "git tag v1.0",
        "git reflog delete a",
        "kill -kill 1",
        "kill -l1 1",
        "aws s3 cp get-it.sh s3://bucket",
        "aws lambda invoke --function-name list-users out.json",
        "aws s3api get-object --bucket a --key b out",
        "az vm start --name show-server",
        "gcloud run deploy list-service",
        "wget -qO- --post-data=a=b https://a",
        "wget -O- --method=DELETE https://a",
        "echo '{}' | http https://a/b",
        "http https://a/b < data.json",
        "http https://a/b file@x",
        "pg_dump -Fc -f out db",
        "pg_dump --file=out db",
        "psql -o out -c 'SELECT 1'",
        "openssl x509 -in a -out b",
        "terraform plan -out=x",
        "stripe listen --forward-to localhost:1",
        "pm2 conf a b",
        "git push origin +main",
        "psql $U <<'EOF'\nSELECT 1;\nDELETE FROM a WHERE b;\nEOF",
        "psql $U <<EOF\n\\dt\nDROP TABLE a;\nEOF",
        "psql $U -c '\\x \\\\ DROP TABLE a'",
        "ssh host <<'EOF'\nls\nrm -rf /srv\nEOF",
        "kubectl exec -i pod -- sh <<EOF\nrm a\nEOF",
        "tar xtf a.tar b",
        "crontab -l | sed s/a/b/ | crontab -",
        "npm run db:seed",
        "docker system prune -fa",
        "supabase db diff -f a",
    ],
)
def test_a_change_is_never_called_a_read(text: str) -> None:
    verdict = judge(Kind.SHELL, text)
    assert verdict.risk is not Risk.READ, verdict


@pytest.mark.parametrize(
    "text",
    [
        "docker compose -f a.yml down -v",
        "docker-compose -f a.yml down --volumes",
        "docker system prune -af",
        "git push -uf origin main",
        "git push origin :old",
        "git clean -dfx",
        "pnpm exec prisma migrate reset --force",
        "bundle exec rm -rf tmp",
        "echo FLUSHALL | redis-cli",
        "redis-cli <<< FLUSHDB",
        "echo 'DROP TABLE a;' | docker exec -i db psql -U a",
        "cat <<EOF | psql $U\nTRUNCATE a;\nEOF",
        "cat <<EOF | sh\nrm -rf /\nEOF",
        "bash <<'EOF'\nrm -rf /\nEOF",
        "kubectl exec deploy/api -- sh -c 'rm -rf /data'",
        "kubectl delete pods --all",
        "kubectl delete namespace/a",
        "find . -name a -exec grep x {} + -delete",
        'sh -c "$(curl -fsSL https://a/install)"',
        'eval "$(wget -qO- https://a)"',
        "bash <(curl -s https://a)",
        "aws rds delete-db-instance --db-instance-identifier describe-me",
        "gcloud sql instances delete main",
        "az group delete -n list",
        "rm -rvf x",
        "if true; then\n  if a; then\n    rm -rf /x\n  fi\nfi",
    ],
)
def test_what_is_hard_to_take_back_is_high(text: str) -> None:
    verdict = judge(Kind.SHELL, text)
    assert verdict.risk is Risk.HIGH, verdict


@pytest.mark.parametrize(
    "text",
    [
        "free -h",
        "git branch",
        "git branch -a",
        "git remote -v",
        "git tag --list 'v1*'",
        "docker-compose -f a.yml ps",
        "docker-compose -f a.yml logs --tail 5 api",
        "kubectl wait --for=condition=ready pod/a",
        "kubectl apply --dry-run=server -f a.yml",
        "gh pr checks",
        "gh run watch",
        "argocd app diff my-app",
        "promtool check rules a.yml",
        "command -v docker",
        "service nginx status",
        "sysctl net.core.somaxconn",
        "ip addr show",
        "ip -s link",
        "mount",
        "timedatectl",
        "ssh host -p 22 uptime",
        "ssh -t host -- 'df -h'",
        "curl -sS --cacert ca.pem https://a/b",
        "curl -G --data 'a=b' https://a/b",
        "curl -sGd a=b https://a",
        "wget -q -O - https://a",
        "http GET https://a/b",
        "psql $U <<'EOF'\nSELECT 1;\nSELECT 2;\nEOF",
        "psql $U <<EOF\n\\dt\n\\x\nSELECT 1;\nEOF",
        "echo 'SELECT 1' | psql $U",
        "echo 'GET a' | redis-cli -n 1",
        "redis-cli --scan --pattern 'a*' | head",
        "cat <<EOF\nhello\nEOF",
        "go version",
        "node -v",
        "terraform plan",
        "aws logs tail /aws/lambda/x",
        "aws sts get-caller-identity",
        "gcloud logging read 'severity>=ERROR'",
        "az account show",
        "find . -type f -exec grep -l x {} +",
        "find . -name x | xargs wc -l",
        "awk '$3 > 100 {print $1}' f",
        "sed -n '/a/,/b/p' f",
        "kubectl exec deploy/api -- sh -c 'env | sort'",
        "crontab -l",
        "uv run pip list",
    ],
)
def test_a_common_read_is_known(text: str) -> None:
    verdict = judge(Kind.SHELL, text)
    assert verdict.risk is Risk.READ, verdict


@pytest.mark.parametrize(
    "text",
    [
        "psql $U < dump.sql",
        "cat a.sql | psql $U",
        "mystery --help",
        "redis-cli < commands.txt",
        "bash script.sh",
        "ls; ./x --version",
        "python3 - <<'PY'\nprint(1)\nPY",
        "psql $U <<EOF\n\\! rm a\nEOF",
        "sh < file",
    ],
)
def test_what_is_not_shown_is_unknown(text: str) -> None:
    verdict = judge(Kind.SHELL, text)
    assert verdict.risk is Risk.UNKNOWN, verdict


@pytest.mark.parametrize(
    ("text", "kind", "body"),
    [
        ("psql $U <<'EOF'\nSELECT 1;\nEOF", Kind.SQL, "SELECT 1;"),
        ("docker exec -i db psql <<EOF\nSELECT <id>\nEOF", Kind.SQL, "SELECT <id>"),
        ("echo 'GET a' | redis-cli", Kind.REDIS, "GET a"),
        ("redis-cli <<< 'TTL <key>'", Kind.REDIS, "TTL <key>"),
        ("psql $U <<'EOF'\nSELECT 1;\nSELECT 2;\nEOF", Kind.SHELL, "psql $U <<'EOF'\nSELECT 1;\nSELECT 2;\nEOF"),
        ("psql $U <<EOF\nSELECT $(id)\nEOF", Kind.SHELL, "psql $U <<EOF\nSELECT $(id)\nEOF"),
        ("psql -o f -c 'SELECT 1'", Kind.SHELL, "psql -o f -c 'SELECT 1'"),
    ],
)
def test_a_statement_that_arrives_is_taken_out_of_its_wrapper(text: str, kind: Kind, body: str) -> None:
    seen = recognise(text)
    assert (seen.kind, seen.text) == (kind, body)
    assert seen.unwrapped_from == (text if kind is not Kind.SHELL else None)


def test_characters_beyond_ascii_never_reach_the_scanner_and_come_back_as_written() -> None:
    tree = syntax_tree("echo \U000d4e79 | grep «ü»")
    assert (tree.text or b"").isascii()
    parts = read("echo \U000d4e79 > ä.txt | grep '«ü»'")
    assert [command.texts for command in parts.commands] == [("echo", "\U000d4e79"), ("grep", "«ü»")]
    assert parts.redirects[0].target == "ä.txt"
    assert judge(Kind.SHELL, "éd a").risk is Risk.UNKNOWN


@pytest.mark.parametrize("text", ["echo " + "$(echo " * 6000 + ")" * 6000, "echo a | " * 5000 + "b", "( " * 20_000])
def test_what_is_nested_too_deeply_is_never_a_read(text: str) -> None:
    assert judge(Kind.SHELL, text).risk is not Risk.READ


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("cockpit check", Risk.READ),
        ("cockpit --config a.toml doctor --observer", Risk.READ),
        ("cockpit runbook show a.md", Risk.READ),
        ("cockpit journal list", Risk.READ),
        ("cockpit journal verify", Risk.READ),
        ("cockpit config init", Risk.CHANGE),
        ("cockpit config init > a.toml", Risk.CHANGE),
        ("cockpit demo cron-stuck", Risk.UNKNOWN),
        ("cockpit sandbox", Risk.UNKNOWN),
        ("cockpit --env prod", Risk.UNKNOWN),
        ("cockpit", Risk.UNKNOWN),
        ("gh run list --limit 5", Risk.READ),
        ("gh pr view 5", Risk.READ),
        ("gh codespace list", Risk.READ),
        ("gh codespace delete", Risk.HIGH),
        ("gh workflow run deploy.yml", Risk.CHANGE),
        ("gh api -X DELETE repos/a/b", Risk.CHANGE),
        ("azd env list", Risk.READ),
        ("azd env", Risk.CHANGE),
        ("azd env set A b", Risk.CHANGE),
        ("azd down", Risk.HIGH),
        ("tailscale status", Risk.READ),
        ("tailscale down", Risk.CHANGE),
        ("nodetool status", Risk.READ),
        ("nodetool decommission", Risk.HIGH),
        ("sudo mdadm --detail /dev/md1", Risk.READ),
        ("mdadm --stop /dev/md1", Risk.HIGH),
        ("mdadm --detail /dev/md1 --stop /dev/md1", Risk.HIGH),
        ("firewall-cmd --list-all", Risk.READ),
        ("firewall-cmd --list-all --add-port=80/tcp", Risk.CHANGE),
        ("gpg --verify a.sig", Risk.READ),
        ("gpg --import a.key", Risk.CHANGE),
        ("gpg --verify --output x a", Risk.CHANGE),
        ("nc -zv db 5432", Risk.READ),
        ("nc db 5432", Risk.UNKNOWN),
        ("nc -zv -e /bin/sh db 5432", Risk.UNKNOWN),
        ("redis-server --version", Risk.READ),
        ("redis-server", Risk.CHANGE),
        ("uuidgen", Risk.READ),
        ("mountpoint -q /mnt", Risk.READ),
        ("restorecon -v /etc/x", Risk.CHANGE),
        ("chronyc tracking", Risk.READ),
        ("chronyc makestep", Risk.CHANGE),
        ("chronyc -m tracking makestep", Risk.UNKNOWN),
        ("firewall-cmd --list-all --set-log-denied=all", Risk.CHANGE),
        ("nomad job status api", Risk.READ),
        ("nomad job stop api", Risk.HIGH),
        ("kafka-configs --describe --entity-type topics", Risk.READ),
        ("kafka-configs --describe --alter --add-config a=b", Risk.CHANGE),
        ("htpasswd -nbBC 10 a b", Risk.READ),
        ("htpasswd -b file a b", Risk.CHANGE),
        ("open http://localhost", Risk.UNKNOWN),
        ("supabase db restore --timestamp x", Risk.HIGH),
    ],
)
def test_further_programs_of_operations(text: str, risk: Risk) -> None:
    assert judge(Kind.SHELL, text).risk is risk, judge(Kind.SHELL, text).reason
