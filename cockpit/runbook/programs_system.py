"""What programs of the operating system do, as data; the table's form is explained in `program_table`."""

from __future__ import annotations

TEXT = """
systemctl
    read: it shows what is there
        status, show, list-units, list-timers, list-unit-files, list-jobs, list-dependencies, is-active, is-enabled
        is-failed, cat, get-default, list-sockets, show-environment, is-system-running, ., --failed, --version .
    change: it changes what runs
        restart, reload, try-restart, reload-or-restart, start, stop, kill, enable, disable, mask, unmask
        daemon-reload, reset-failed, edit, set-property, isolate, daemon-reexec
    high: it takes the whole machine down
        reboot, poweroff, halt, kexec, suspend, rescue, emergency
service
    change: it starts, stops or asks a service
        *
pm2
    read: it shows what is there
        status, list, ls, l, jlist, prettylist, show, info, describe, logs, monit, env, id, pid, ping, report
        -v ., --version .
    change: it interrupts what the process is doing
        restart, reload, gracefulReload
    change: it starts processes
        start, resurrect
    change: it stops processes
        stop, delete, del, kill
    change: it changes how processes run
        scale, set, reset, save, flush, trigger, startup, unstartup, update, install, uninstall, sendSignal
        reloadLogs
supervisorctl
    read: it shows processes
        status, tail, pid, avail
    change: it changes processes
        restart, start, stop, reload, reread, update, signal, shutdown
rm
    change: it deletes files
        *
    high: it deletes whole folders
        -r, -R, --recursive
rmdir
    change: it deletes folders
        *
shred, wipefs
    high: it destroys data beyond recovery
        *
dd
    high: dd writes over whatever it is pointed at
        *
mkfs, mkswap
    high: it formats a disk
        *
fdisk, parted
    read: it shows the partitions
        -l
    high: it changes partitions
        *
truncate
    change: it cuts files
        *
cp, ln, touch, tee, install, patch, split
    change: it writes files
        *
mv
    change: it moves files
        *
mkdir, mktemp
    change: it makes files or folders
        *
chmod, chown, chgrp, setfacl
    change: it changes who may use files
        *
rsync
    read: a dry run changes nothing
        -n, --dry-run
    change: it copies files
        *
    high: it deletes files at the target
        --delete, --remove-source-files
scp, sftp
    change: it copies files
        *
tar
    change: it writes files
        *
    read: it lists an archive
        -t, -tf, -tvf, -tzf, -tzvf, --list, tf, tvf, tzf, tzvf
gzip, bzip2, xz, zstd
    change: it writes files
        *
    read: it shows an archive
        -l, -t, -dc, -c
gunzip
    change: it writes files
        *
    read: it shows an archive
        -c, -t, -l
zip
    change: it writes files
        *
unzip
    change: it writes files
        *
    read: it lists an archive
        -l
kill
    change: it signals processes
        *
    read: it only asks whether a process is there
        -0
pkill, killall
    change: it signals processes
        *
renice
    change: it changes how processes run
        *
reboot, shutdown, poweroff, halt, init
    high: it takes the whole machine down
        *
nginx
    read: it checks the configuration
        -t, -T, -v, -V
    change: it signals the server
        -s
    change: it starts the server
        *
apachectl, haproxy
    read: it checks the configuration
        configtest, -c, -t, -v
    change: it starts, stops or signals the server
        *
varnishadm
    read: it shows what is there
        status, backend.list, panic.show, vcl.list
    change: it removes what is cached
        ban
apt, yum, dnf, apk, brew
    read: it shows packages
        list, show, search, policy, info
    change: it changes packages
        *
apt-get, snap
    change: it changes packages
        *
dpkg, rpm
    read: it shows packages
        -l, -L, -s, -S, -q, -qa, -qi, -ql
    change: it changes packages
        *
crontab
    read: it shows the table
        -l
    high: it removes the whole table
        -r
    change: it changes the table
        *
iptables, ip6tables
    read: it shows the rules
        -L, -S, -nL, -nvL, -vnL, -vL, -Ln
    high: it removes every rule
        -F, --flush, -X
    change: it changes the firewall
        *
    change: it changes a rule or its counters
        -A, -D, -I, -R, -P, -Z
ufw
    read: it shows the rules
        status, version, show
    high: it removes every rule
        reset
    change: it changes the firewall
        *
fail2ban-client
    read: it shows the bans
        status, ping, version, banned
    change: it changes the bans
        *
ip
    read: it shows the network
        a ., addr ., address ., route ., r ., link ., l ., neigh ., n ., rule ., a show, a s, addr show, addr list
        address show, route show, route get, route list, r show, r get, link show, link list, neigh show, rule show
    change: it changes the network
        *
ifconfig, route
    read: it shows the network
        ., -a ., -n .
    change: it changes the network
        *
mount
    read: it shows what is mounted
        ., -l .
    change: it mounts a file system
        *
umount
    change: it takes a file system away
        *
swapon
    read: it shows swap space
        -s ., --show
    change: it changes memory
        *
swapoff
    change: it changes memory
        *
sysctl
    read: it shows settings
        -a, -n .
    change: it changes settings
        -w, -p, --system, --load
    unknown: it may show or change a setting
        *
timedatectl, hostnamectl, localectl
    read: it shows what is set
        ., status, show, timesync-status, list-timezones
    change: it changes a setting of the machine
        *
loginctl
    read: it shows sessions
        ., list-sessions, list-users, show-session, show-user, session-status, user-status
    change: it changes sessions
        *
nvidia-smi
    read: it shows the graphics cards
        ., -L ., -q, -l, --query-gpu, --query-compute-apps, dmon, pmon, topo
    change: it changes the graphics cards
        -r, --gpu-reset, -pm, -pl, -ac, -rac, -lgc, -e, -c, -mig
certbot
    read: it shows certificates
        certificates
    change: it changes certificates
        renew, certonly
    high: it takes certificates away
        revoke, delete
openssl
    read: it shows or computes
        s_client, x509, verify, version, rand, dgst, ciphers, crl, ocsp
    change: it writes a file
        x509 -out, rand -out, dgst -out, crl -out, req, genrsa, genpkey, ecparam, enc, pkcs12
keytool
    read: it shows certificates
        -list
    change: it changes a store of keys
        -import, -importcert, -delete, -genkeypair
logrotate
    read: a dry run changes nothing
        -d
    change: it rotates logs
        *
logger
    change: it writes a log line
        *
mail, sendmail
    change: it sends mail
        *
ssh-keygen
    read: it shows a key
        -l, -lf
    change: it makes or removes keys
        *
ssh-add
    read: it shows keys
        -l, -L
    change: it changes which keys are held
        *
ulimit
    read: it concerns only this shell session
        *
useradd, usermod, passwd, chpasswd, groupadd, visudo, chage
    change: it changes who may use the machine
        *
userdel, groupdel
    high: it takes a person's access away
        *
tcpdump, tshark
    read: it shows what passes over the network
        *
    change: it writes a file, or runs a program for each file
        -w, -z
at
    read: it shows what is planned
        -l
    change: it plans a command
        *
"""
"""Files, processes, services, packages and the network of one machine."""
