#!/bin/bash
# mkdisks.sh DIR EXT4_MB SQUASHFS_MB [EROFS_MB [BLOB_MB]] - makes the guest's disk images in DIR from files of this host:
#   vda.img ext4 (1/3 executables, 1/3 text, 1/3 compressed), vdb.img squashfs, vdc.img erofs, vdd.img swap
set -euo pipefail
dir=$1 ext4_mb=$2 sq_mb=$3 erofs_mb=${4:-12} blob_mb=${5:-24}
mkdir -p "$dir"; t=$(mktemp -d "$dir/tmp.XXXX"); trap 'rm -rf "$t"' EXIT
mkdir -p "$t"/{ext4,squash,erofs}

# take SRC_DIR NAME_PATTERN MB DEST: copies files until MB are there (sorted: the same on every run)
take() {
    local left=$(($3 * 1024)) f kb
    mkdir -p "$4"
    while read -r kb f; do
        [ "$kb" -gt "$left" ] && continue
        left=$((left - kb)); cp -L "$f" "$4/$left-$(basename "$f")"
        [ $left -lt 64 ] && break
    done < <(find "$1" -xdev -type f -name "$2" -size +0 -size -8M -printf '%k %p\n' 2>/dev/null | sort -k2)
    return 0
}
take /usr/bin '*' $((ext4_mb / 3)) "$t/ext4/bin"
take /usr/share '*.[ghjptx]*' $((ext4_mb / 3)) "$t/ext4/share"
take /usr/lib '*' $((ext4_mb / 3)) "$t/ext4/lib"
take /usr/share '*' $((sq_mb / 2)) "$t/squash/share"
take /usr/lib/x86_64-linux-gnu '*' "$erofs_mb" "$t/erofs/lib"
# BLOB_MB (24) or more in one file, a mixture of all of that
find "$t/ext4" -type f -print0 | sort -z | xargs -0 cat | head -c $(( (sq_mb / 2 > blob_mb ? sq_mb / 2 : blob_mb) * 1048576)) > "$t/squash/blob" || true     # head closes the pipe
head -c $((2 * 1048576)) "$t/squash/blob" > "$t/ext4/mapme"

rm -f "$dir"/vd?.img
truncate -s $((ext4_mb + 96 + ext4_mb / 8))M "$dir/vda.img"
mkfs.ext4 -q -b 4096 -d "$t/ext4" "$dir/vda.img"
mksquashfs "$t/squash" "$dir/vdb.img" -quiet -no-progress -comp gzip
mkfs.erofs "$dir/vdc.img" "$t/erofs" > /dev/null
truncate -s 64M "$dir/vdd.img"
du -m "$dir"/vd?.img
