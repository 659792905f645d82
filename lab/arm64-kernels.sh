#!/bin/bash
# arm64-kernels.sh [PAGES-BITS...] - builds small arm64 kernels for the page sizes and address widths that Debian has no kernel for
#
# PAGES-BITS: 4k-39, 4k-48, 4k-52, 16k-36, 16k-47, 16k-48, 16k-52, 64k-42, 64k-48 or 64k-52 (default: 4k-39 16k-36 64k-42 64k-52).
# Each goes to kern/arm64-PAGES-BITS: vmlinuz, vmlinux with debug information, config, and a file no-modules, for all the guest needs
# is built in. Source: Debian's package linux-source-6.12 (of the suite trixie), unpacked to src/linux. Some minutes each on two cores.
#
# A kernel of 52 bits also runs with less: on a CPU without large addresses (mkvmcore.sh --cpu cortex-a72) it takes 48 bits, with
# pages of 16k 47, and has as many table levels as those need. That is what Debian's own kernels do.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); cd "$here"
[ $# -gt 0 ] || set -- 4k-39 16k-36 64k-42 64k-52
for want in "$@"; do
    case $want in
        4k-39|4k-48|4k-52|16k-36|16k-47|16k-48|16k-52|64k-42|64k-48|64k-52) ;;
        *) sed -n 2,11p "$0"; exit 1 ;;
    esac
done
[ -e kern/arm64-trixie/.done ] || ./setup.sh arm64-trixie
if [ ! -e src/linux/.done ]; then
    apt-get install -y --no-install-recommends make gcc flex bison bc libc6-dev libssl-dev libelf-dev > /dev/null
    apt=$here/apt/arm64-trixie; mkdir -p "$apt/source" src
    o=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::status=/dev/null -o Dir::Etc::sourcelist="$apt/list"
       -o Dir::Etc::sourceparts=- -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache")
    (cd "$apt/source" && apt-get "${o[@]}" download linux-source-6.12 > /dev/null)
    # without what no configuration here can use: a fifth of the space
    dpkg-deb --fsys-tarfile "$apt"/source/linux-source-6.12_*.deb | tar xO ./usr/src/linux-source-6.12.tar.xz | xz -dc |
        tar x -C src --strip-components=1 --one-top-level=linux --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/media/*.[ch]' \
            --exclude='*/drivers/net/*.[ch]' --exclude='*/drivers/staging/*.[ch]' --exclude='*/drivers/infiniband/*.[ch]' \
            --exclude='*/sound/*.[ch]' --exclude='*/tools/testing/*' --exclude='*/arch/*/boot/dts/*.dts*'
    touch src/linux/.done
fi

# what the guest (guest/init) uses, all of it built in
common='EXPERT MULTIUSER SYSCTL PROC_FS PROC_SYSCTL PROC_PAGE_MONITOR SYSFS TMPFS SHMEM DEVTMPFS FUTEX EPOLL POSIX_TIMERS
    BINFMT_ELF BINFMT_SCRIPT BLK_DEV_INITRD RD_GZIP BLOCK BLK_DEV ADVISE_SYSCALLS VM_EVENT_COUNTERS
    PRINTK BUG KALLSYMS MAGIC_SYSRQ TTY SERIAL_AMBA_PL011 SERIAL_AMBA_PL011_CONSOLE
    PCI PCI_MSI PCI_HOST_GENERIC VIRTIO_MENU VIRTIO_PCI VIRTIO_BLK VIRTIO_BALLOON VIRTIO_MMIO FW_CFG_SYSFS
    SUSPEND KEXEC CRASH_DUMP RANDOMIZE_BASE SMP
    SPARSEMEM_VMEMMAP HUGETLBFS TRANSPARENT_HUGEPAGE TRANSPARENT_HUGEPAGE_ALWAYS
    MEMORY_FAILURE MIGRATION COMPACTION BALLOON_COMPACTION SWAP
    EXT4_FS MISC_FILESYSTEMS SQUASHFS SQUASHFS_ZLIB EROFS_FS
    DEBUG_KERNEL DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT'
for want in "$@"; do
    out=$here/kern/arm64-$want build=$here/src/build-$want pages=${want%-*} bits=${want#*-}
    [ -e "$out/.done" ] && continue
    mkdir -p "$build" "$out"
    {
        for c in $common "ARM64_${pages^^}_PAGES" "ARM64_VA_BITS_$bits"; do echo "CONFIG_$c=y"; done
        [ "$bits" = 52 ] && echo CONFIG_ARM64_PA_BITS_52=y
        echo CONFIG_NR_CPUS=8
        echo "CONFIG_LOCALVERSION=\"-arm64-$want\""
    } > "$build/wanted"
    make=(make -s -C "$here/src/linux" O="$build" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab
          KBUILD_BUILD_TIMESTAMP=2026-01-01)
    "${make[@]}" KCONFIG_ALLCONFIG="$build/wanted" allnoconfig > /dev/null
    missing=$(grep -vxFf "$build/.config" "$build/wanted" || true)
    [ -z "$missing" ] || { echo "arm64-kernels: the source has no such choice for $want:" $missing >&2; exit 1; }
    "${make[@]}" -j"${JOBS:-2}" Image > "$build/log" 2>&1 || { tail "$build/log" >&2; exit 1; }
    cp "$build/arch/arm64/boot/Image" "$out/vmlinuz"; cp "$build/vmlinux" "$out/vmlinux"; cp "$build/.config" "$out/config"
    touch "$out/no-modules" "$out/.done"; rm -rf "$build"
    echo "kern/arm64-$want: $(du -h "$out/vmlinuz" | cut -f1) vmlinuz"
done
