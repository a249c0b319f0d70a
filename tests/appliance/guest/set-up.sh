#!/bin/bash
# set-up.sh — makes the guest an appliance, as docs/hardware.md says. The disk with the program is
# mounted at /mnt, and all modems are plugged in. Prints a key for the API.
set -euo pipefail
cat >/usr/local/bin/modembank <<'WRAPPER'
#!/bin/sh
LD_LIBRARY_PATH=/mnt/lib exec /mnt/modembank "$@"
WRAPPER
chmod +x /usr/local/bin/modembank

groupadd --system modembank
useradd --system --gid modembank --home-dir /var/lib/modembank --create-home modembank
cp /mnt/udev/65-modembank-models.rules /mnt/udev/70-modembank.rules /etc/udev/rules.d/
{
  modembank slots --write /etc/udev/rules.d/60-modembank-slots.rules
  udevadm control --reload
  udevadm trigger -c add -s usb -s tty
  udevadm settle
  systemctl restart ModemManager
} >&2

cp /mnt/guest/modembank.toml /etc/modembank.toml
cp /mnt/guest/modembank.service /etc/systemd/system/
runuser -u modembank -- modembank key create --config /etc/modembank.toml --name bench --scope admin
systemctl start modembank
