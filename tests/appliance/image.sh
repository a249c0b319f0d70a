#!/usr/bin/env bash
# image.sh FOLDER — makes the machine of the bench, once: vmlinuz, initrd.img and base.img there.
# Debian 12 with its own kernel, systemd, udev and ModemManager; nothing of ours but the agent that
# takes orders. Packages are installed in a root of their own, which takes root.
set -euo pipefail
guest=$(cd "$(dirname "$0")/guest" && pwd)
mkdir -p "$1"
if [ "$1"/base.img -nt "$0" ] && [ "$1"/base.img -nt "$guest"/agent.py ]; then exit 0; fi
[ "$(id -u)" -eq 0 ] || exec sudo -n "$0" "$@"
echo "tests/appliance/image.sh: makes $1, which takes some minutes"
cd "$1"
root=$PWD/root

# Not linux-image-cloud-amd64: it has no USB.
packages=systemd,systemd-sysv,udev,dbus,kmod,linux-image-amd64,initramfs-tools
packages+=,python3,curl,procps,modemmanager

# Of the kernel's modules only those stay that such a machine needs.
cat >trim <<'TRIM'
set -euo pipefail
cd "${1:?}"/usr/lib/modules/*/kernel
rm -rf sound drivers/{gpu,media,infiniband,iio,ata,mtd,staging,hwmon,isdn,mmc,comedi} \
  drivers/net/{wireless,ethernet}
chroot "$1" depmod -a "$(ls "$1"/usr/lib/modules)"
TRIM

rm -rf "$root"
mmdebstrap --quiet --variant=minbase --include="$packages" \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --essential-hook='mkdir -p "$1"/etc/initramfs-tools/conf.d' \
  --essential-hook='echo MODULES=list >"$1"/etc/initramfs-tools/conf.d/modules' \
  --essential-hook='printf "%s\n" virtio_pci virtio_blk ext4 >"$1"/etc/initramfs-tools/modules' \
  --customize-hook='mv "$1"/boot/vmlinuz-* vmlinuz; mv "$1"/boot/initrd.img-* initrd.img' \
  --customize-hook="bash $PWD/trim \"\$1\"" \
  --customize-hook="install -m755 $guest/agent.py \"\$1\"/usr/local/sbin/agent" \
  --customize-hook="install -m644 $guest/agent.service \"\$1\"/etc/systemd/system" \
  --customize-hook='systemctl --root "$1" enable agent' \
  --customize-hook='systemctl --root "$1" mask apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer' \
  --customize-hook='echo bank >"$1"/etc/hostname; : >"$1"/etc/machine-id' \
  --customize-hook='echo "/dev/vda / ext4 defaults,noatime 0 1" >"$1"/etc/fstab' \
  bookworm "$root"
mke2fs -qq -t ext4 -O ^has_journal -d "$root" -L root new.img 1200M
mv new.img base.img
rm -rf "$root" trim
