#!/bin/bash
# mkvmcore.sh KERNEL_DIR OUT.elf [options]
#
# Boots a Debian kernel in QEMU with a busybox initramfs that creates a mixture
# of page states (guest/init, guest/load.c), crashes the guest with sysrq-c and
# dumps its memory with QMP dump-guest-memory as an ELF vmcore that holds a
# VMCOREINFO note.  KERNEL_DIR: where the kernel packages were unpacked with
# dpkg -x (linux-image-*, or linux-binary-* + linux-modules-* + linux-base-*).
#
#   --mem SIZE          guest RAM (default 512M)
#   --smp N             virtual CPUs (default 2)
#   --nokaslr           boot with nokaslr (default: KASLR on)
#   --append "ARGS"     more kernel command line; wl_NAME=N sets a size of guest/init
#   --disks DIR         disk images (default disks/; made by mkdisks.sh when missing)
#   --unaccepted RANGES boot through OVMF and efi/unaccepted.efi, which declares these
#                       physical ranges as unaccepted memory: "START-END[,START-END...]" in MiB,
#                       even or odd multiples of 2 ("-" = boot through OVMF, no range)
#   --timeout S         give up when the guest has not crashed after S seconds (default 240)
#   --cpu MODEL         CPU model (default max; under KVM max,-arch-capabilities)
#   --machine M         QEMU machine (default q35), e.g. q35,max-ram-below-4g=768M for RAM above 4 GiB
#   --arch ARCH         arm64 or riscv64: a kernel of that machine, under TCG on "virt"; busybox in ARCH-root/, guest/load.ARCH
#                       ($QEMU names another emulator; riscv64 needs QEMU 8 or newer)
#   --format FORMAT     elf (default), or what QEMU calls kdump-zlib, kdump-lzo, kdump-snappy, kdump-raw-…: then a second dump
#                       OUT.FORMAT of the same memory; may be given several times
#   --tcg               do not use KVM (it is used when the host has kvm_intel or kvm_amd)
#
# Beside OUT.elf: OUT.console.log, OUT.vmcoreinfo, OUT.guest.txt (what the guest said about itself)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
die() { echo "mkvmcore: $*" >&2; exit 1; }
[ $# -ge 2 ] || { sed -n '2,27p' "$0"; exit 1; }
kdir=$(cd "$1" && pwd); out=$2; shift 2
mem=512M smp=2 kaslr="" append="" disks=$here/disks unaccepted="" timeout=240 tcg="" cpu="" arch=amd64 machine="" formats=()
while [ $# -gt 0 ]; do
    case $1 in
        --mem) mem=$2; shift 2 ;;
        --smp) smp=$2; shift 2 ;;
        --nokaslr) kaslr=nokaslr; shift ;;
        --append) append=$2; shift 2 ;;
        --disks) disks=$2; shift 2 ;;
        --unaccepted) unaccepted=$2; shift 2 ;;
        --timeout) timeout=$2; shift 2 ;;
        --cpu) cpu=$2; shift 2 ;;
        --arch) arch=$2; shift 2 ;;
        --format) formats+=("$2"); shift 2 ;;
        --machine) machine=$2; shift 2 ;;
        --tcg) tcg=1; shift ;;
        *) die "unknown option $1" ;;
    esac
done
mkdir -p "$(dirname "$out")"; base=${out%.elf}
work=$(mktemp -d -t mkvmcore.XXXXXX); qemu=""
cleanup() { [ -n "$qemu" ] && kill "$qemu" 2>/dev/null; rm -rf "$work"; }
trap cleanup EXIT

# --- the kernel and its modules (kernel packages differ in where they put them)
vmlinuz=$(find "$kdir" -name 'vmlinuz*' -type f | head -1); [ -n "$vmlinuz" ] || die "no vmlinuz below $kdir"
mkdir -p "$work/mod/lib/modules" "$work/root"/{bin,modules,proc,sys,dev,run,mnt,tmp}
mods=$(find "$kdir" -type d -path '*/lib/modules/*' -prune | head -1) rel=none
if [ -n "$mods" ]; then
    rel=$(basename "$mods")
    ln -s "$mods" "$work/mod/lib/modules/$rel"
    [ -s "$mods/modules.dep" ] || depmod -b "$work/mod" "$rel"
else
    [ -e "$kdir/no-modules" ] || die "no lib/modules below $kdir, nor a file no-modules"
fi

# --- initramfs: busybox, the load generator, the modules that are not built in, in load order
copy_module() {     # NAME: appends it, and what it needs, to modules/order
    local line f
    while read -r line f; do
        [ "$line" = insmod ] || continue
        local name; name=$(basename "${f%% *}"); name=${name%.xz}; name=${name%.zst}
        [ -e "$work/root/modules/$name" ] && continue
        case ${f%% *} in
            *.xz) xz -dc "${f%% *}" ;; *.zst) zstd -qdc "${f%% *}" ;; *) cat "${f%% *}" ;;
        esac > "$work/root/modules/$name"
        echo "$name" >> "$work/root/modules/order"
    done < <(modprobe -d "$work/mod" -S "$rel" --show-depends "$1" 2>/dev/null || true)
}
: > "$work/root/modules/order"
for m in virtio_mmio virtio_pci virtio_blk virtio_balloon qemu_fw_cfg crc32c_generic crc32c-intel ext4 squashfs erofs; do copy_module $m; done
busybox=$(command -v busybox) load=$here/guest/load
if [ $arch != amd64 ]; then busybox=$(find "$here/$arch-root" -path '*bin/busybox' -type f | head -1) load=$here/guest/load.$arch; fi
cp "$busybox" "$work/root/bin/busybox"; cp "$load" "$work/root/bin/load"
cp "$here/guest/init" "$work/root/init"
for l in sh; do ln -s busybox "$work/root/bin/$l"; done
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1) > "$work/initrd.img"

# --- disks: writable copies, the originals stay as they are
[ -e "$disks/vda.img" ] || "$here/mkdisks.sh" "$disks" 96 48
drives=()
for d in vda vdb vdc vdd; do
    cp --sparse=always "$disks/$d.img" "$work/$d.img"
    drives+=(-drive "file=$work/$d.img,format=raw,if=virtio,cache=unsafe")
done

# /dev/kvm alone is not enough: a host with kvm_pvm (no VMX/SVM) emulates an unmodified guest kernel
# one instruction at a time and fails at the first BMI2/AVX one ("KVM internal error. Suberror: 1")
# thread=single: with one host thread per vCPU, TCG now and then misses a code patch made by another vCPU ("Oops: int3")
accel=(-accel tcg,thread=single -cpu "${cpu:-max}")
if [ -z "$tcg" ] && [ -w /dev/kvm ] && { [ -d /sys/module/kvm_intel ] || [ -d /sys/module/kvm_amd ]; }; then
    accel=(-accel kvm -cpu "${cpu:-max,-arch-capabilities}")
fi

console=ttyS0,115200 emulator=qemu-system-x86_64
case $arch in
    amd64) machine=${machine:-q35} ;;
    arm64) console=ttyAMA0 emulator=qemu-system-aarch64 machine=${machine:-virt,gic-version=3} accel=(-accel tcg,thread=single -cpu "${cpu:-cortex-a72}") ;;
    riscv64) emulator=qemu-system-riscv64 machine=${machine:-virt} accel=(-accel tcg,thread=single -cpu "${cpu:-rv64}") ;;
    *) die "unknown architecture $arch" ;;
esac
emulator=${QEMU:-$emulator}
cmdline="console=$console panic=0 loglevel=6 $kaslr $append"
boot=(-kernel "$vmlinuz" -initrd "$work/initrd.img" -append "$cmdline")
if [ -n "$unaccepted" ]; then
    # EFI: a FAT disk with our application as the default boot file, the kernel (EFI stub) and initrd
    img=$work/esp.img
    truncate -s 128M "$img"; mkfs.vfat -n ESP "$img" > /dev/null
    mmd -i "$img" ::/EFI ::/EFI/BOOT
    mcopy -i "$img" "$here/efi/unaccepted.efi" ::/EFI/BOOT/BOOTX64.EFI
    mcopy -i "$img" "$vmlinuz" ::/vmlinuz.efi
    mcopy -i "$img" "$work/initrd.img" ::/initrd.img
    printf '%s' "initrd=\\initrd.img $cmdline" > "$work/cmdline.txt"
    printf '%s' "$unaccepted" > "$work/ranges.txt"
    mcopy -i "$img" "$work/cmdline.txt" ::/cmdline.txt
    mcopy -i "$img" "$work/ranges.txt" ::/ranges.txt
    cp /usr/share/OVMF/OVMF_VARS_4M.fd "$work/vars.fd"
    boot=(-drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd
          -drive "if=pflash,format=raw,file=$work/vars.fd"
          -device ahci,id=ahci0 -drive "file=$img,format=raw,if=none,id=esp" -device ide-hd,drive=esp,bus=ahci0.0,bootindex=0)
fi

log=$base.console.log; rm -f "$log" "$out"
$emulator -machine $machine "${accel[@]}" -m "$mem" -smp "$smp" -nodefaults -no-user-config -display none \
    -serial "file:$log" -qmp "unix:$work/qmp,server=on,wait=off" -no-reboot \
    -device vmcoreinfo -device virtio-balloon-pci,id=balloon0 -device virtio-rng-pci \
    "${boot[@]}" "${drives[@]}" > "$base.qemu.log" 2>&1 &
qemu=$!

# --- wait for the crash; inflate the balloon when the guest asks for it
qmp() { "$here/guest/qmp.py" "$work/qmp" "$@"; }
bytes=$(numfmt --from=iec "$mem"); ballooned=""; start=$SECONDS
while ! grep -aq 'end Kernel panic' "$log" 2>/dev/null; do
    kill -0 "$qemu" 2>/dev/null || { cat "$base.qemu.log"; tail -5 "$log"; die "QEMU ended before the crash"; }
    [ $((SECONDS - start)) -lt "$timeout" ] || { tail -5 "$log"; die "no crash after $timeout s"; }
    if [ -z "$ballooned" ] && grep -aq 'WL: BALLOON' "$log" 2>/dev/null; then
        mb=$(sed -n 's/.*wl_balloon=\([0-9]*\).*/\1/p' <<< "$append"); mb=${mb:-24}
        qmp balloon "{\"value\": $((bytes - mb * 1048576))}" > /dev/null; ballooned=1
    fi
    sleep 0.3
done
grep -aq 'sysrq triggered crash' "$log" || die "this panic is not the sysrq one, see $log"
sleep 0.5
echo "crashed after $((SECONDS - start)) s"
case $out in /*) abs=$out ;; *) abs=$PWD/$out ;; esac
qmp stop > /dev/null; qmp dump "$abs" > /dev/null
for f in "${formats[@]}"; do
    [ "$f" = elf ] || qmp dump-guest-memory "{\"paging\": false, \"protocol\": \"file:${abs%.elf}.$f\", \"format\": \"$f\"}" > /dev/null
done
qmp quit > /dev/null || true
wait "$qemu" || true; qemu=""

# --- what goes beside it
tr -d '\r' < "$log" | grep -aE '^(WL:|KPF|MEMINFO|VMSTAT|BUDDY|IOMEM|ZONE)' > "$base.guest.txt" || true
chmod 644 "$out"
"$here/guest/elfnote.py" "$out" > "$base.vmcoreinfo"
[ -s "$base.vmcoreinfo" ] || echo "mkvmcore: WARNING: no VMCOREINFO note in $out" >&2
ls -l "$out"; grep -c . "$base.vmcoreinfo" | sed 's/$/ lines of VMCOREINFO/'
