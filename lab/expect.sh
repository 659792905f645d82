#!/bin/bash
# expect.sh VMCORE.elf [NAME [OUT_DIR]] - what makedumpfile says of a vmcore, for the levels 0 to 31
#
# Writes, below OUT_DIR (default: the directory of the vmcore):
#   expected.tsv                        makedumpfile's counters in decimal pages, one line a level; lines of the
#                                       same NAME (default: the file's name without .elf) are replaced
#   expected/NAME.levelNN.bitmap.z      the second bitmap of the kdump file, (total + 7) / 8 bytes, zlib-compressed
# MAKEDUMPFILE names the program (default: makedumpfile). Use one newer than commit f50c015 for kernels 7.1 and up.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,9p' "$0"; exit 1; }
core=$1 name=${2:-$(basename "${1%.elf}")} dir=${3:-$(dirname "$1")}
mkdir -p "$dir/expected"
t=$(mktemp -d -t expect.XXXXXX); trap 'rm -rf "$t"' EXIT
for level in $(seq 0 31); do
    # 16: the report only; the codec does not matter for what is counted, so none
    "${MAKEDUMPFILE:-makedumpfile}" --message-level 16 -d "$level" "$core" "$t/kd" > "$t/report.$level"
    python3 - "$t/kd" "$t/report.$level" "$name" "$level" "$dir/expected" "$t/lines" <<'P'
import re, struct, sys, zlib
kdump, report, name, level, out, lines = sys.argv[1:]
level = int(level)
labels = ["Total pages", "Memory Hole", "Original pages", "Pages filled with zero", "Non-private cache pages", "Private cache pages",
          "User process data pages", "Free pages", "Hwpoison pages", "Offline pages", "Remaining pages"]
text = open(report).read()
n = [int(re.search(r"^\s*" + l + r"\s*:\s*0x([0-9a-f]+)", text, re.M).group(1), 16) for l in labels]
f = open(kdump, "rb")
head = f.read(4096)
# struct disk_dump_header: 8 + 4 + 6 * 65 bytes, padding, struct timeval, then status and block_size, sub_hdr_size, bitmap_blocks, max_mapnr
block, sub, blocks = struct.unpack_from("<iII", head, 0x1ac)
f.seek(block)
max_mapnr, = struct.unpack_from("<Q", f.read(block), 96)        # kdump_sub_header.max_mapnr_64
assert max_mapnr == n[0], (max_mapnr, n[0])
f.seek(block * (1 + sub) + block * blocks // 2)
bitmap = f.read(block * blocks // 2)
used = (max_mapnr + 7) // 8
assert not any(bitmap[used:])
bitmap = bitmap[:used]
bits = bin(int.from_bytes(bitmap, "little")).count("1")
open("%s/%s.level%02d.bitmap.z" % (out, name, level), "wb").write(zlib.compress(bitmap, 9))
open(lines, "a").write("\t".join([name, str(level)] + [str(v) for v in n] + [str(bits)]) + "\n")
P
    rm -f "$t/kd"
done
head='vmcore level total hole original zero cache cache_private user free hwpoison offline remaining bits_in_bitmap2'
{ tr ' ' '\t' <<< "$head"
  { [ ! -e "$dir/expected.tsv" ] || awk -F'\t' -v n="$name" 'NR > 1 && $1 != n' "$dir/expected.tsv"; cat "$t/lines"; } | LC_ALL=C sort -t $'\t' -k1,1 -k2,2n
} > "$t/tsv"
cat "$t/tsv" > "$dir/expected.tsv"
