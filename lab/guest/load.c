/*
 * load.c - runs inside the crash-test guest (static, started by /init).
 * Every sub-command creates one kind of page state, writes "ok NAME" to
 * /run/done/NAME and then sleeps for ever so that the state is still there
 * when the guest is crashed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_COLD
#define MADV_COLD 20
#endif
#ifndef MADV_HWPOISON
#define MADV_HWPOISON 100
#endif
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif
#ifndef MAP_HUGE_1GB
#define MAP_HUGE_1GB (30 << 26)
#endif
#define MiB (1024UL * 1024)

static size_t PG;                       /* 4096, 16384 or 65536 bytes */

static uint64_t seed = 0x9e3779b97f4a7c15ULL;
static uint64_t rnd(void)
{
	seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17;
	return seed;
}

static const char *words[] = {
	"kernel ", "page ", "the ", "of ", "memory ", "and ", "request ", "INFO ",
	"2026-11-22T21:25:06Z ", "user=", "id=", "status=200 ", "GET /index.html ",
	"latency_ms=", "error ", "to ", "in ", "{\"key\": ", "}, ", "\n",
};

/* kinds: random, text, zero, ptr (pointer-rich heap), mixed */
static void fill(unsigned char *p, size_t len, const char *kind, size_t page_no)
{
	if (!strcmp(kind, "mixed")) {
		static const char *k[] = { "text", "ptr", "random", "text", "ptr", "zero", "sparse", "text" };
		kind = k[(page_no / 5) % 8];
	}
	if (!strcmp(kind, "zero")) {
		memset(p, 0, len);              /* a write: real pages, all zero */
	} else if (!strcmp(kind, "sparse")) {
		memset(p, 0, len);
		p[rnd() % len] = 1;             /* one non-zero byte per page */
	} else if (!strcmp(kind, "random")) {
		for (size_t i = 0; i + 8 <= len; i += 8)
			*(uint64_t *)(p + i) = rnd();
	} else if (!strcmp(kind, "ptr")) {
		for (size_t i = 0; i + 8 <= len; i += 8)
			*(uint64_t *)(p + i) = (i & 24) ? (rnd() & 0xff) : 0x00007f0000000000ULL + (rnd() & 0xfffff0);
	} else {                                /* text */
		size_t i = 0;
		while (i < len) {
			const char *w = words[rnd() % (sizeof(words) / sizeof(*words))];
			size_t n = strlen(w);
			if (n > len - i) n = len - i;
			memcpy(p + i, w, n); i += n;
			if (i + 6 < len && rnd() % 4 == 0)
				i += snprintf((char *)p + i, 6, "%04x", (unsigned)(rnd() & 0xffff));
		}
	}
}

static void *map(size_t len, int flags)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
	if (p == MAP_FAILED) { fprintf(stderr, "load: mmap %zu: %s\n", len, strerror(errno)); exit(1); }
	return p;
}

/* aligned to 2 MiB so that huge pages can be used */
static unsigned char *map_aligned(size_t len)
{
	uintptr_t p = (uintptr_t)map(len + 2 * MiB, MAP_NORESERVE);
	return (unsigned char *)((p + 2 * MiB - 1) & ~(2 * MiB - 1));
}

static void done(const char *name, const char *msg)
{
	char path[128];
	mkdir("/run/done", 0755);
	snprintf(path, sizeof(path), "/run/done/%s", name);
	FILE *f = fopen(path, "w");
	if (f) { fprintf(f, "ok %s %s\n", name, msg); fclose(f); }
	for (;;) pause();
}

static unsigned long thp_kb(void)
{
	unsigned long kb = 0, v; char line[256];
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "AnonHugePages: %lu", &v) == 1) kb = v;
	if (f) fclose(f);
	return kb;
}

static void cmd_anon(const char *name, const char *kind, size_t mb, int huge)
{
	char msg[64];
	unsigned char *p = map_aligned(mb * MiB);
	madvise(p, mb * MiB, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	seed += mb * 7919 + kind[0];
	for (size_t i = 0; i < mb * MiB / PG; i++)
		fill(p + i * PG, PG, kind, i);
	snprintf(msg, sizeof(msg), "%s %zu MB thp=%lu kB", kind, mb, thp_kb());
	done(name, msg);
}

static void cmd_hugetlb(int pages)
{
	unsigned char *p = map(pages * 2 * MiB, MAP_HUGETLB);
	for (size_t i = 0; i < pages * 2 * MiB / PG; i++)
		fill(p + i * PG, PG, "mixed", i);
	done("hugetlb", "");
}

/* 1 GiB pages (hugepagesz=1G hugepages=N on the command line): the first MB are filled, and the last page; the rest is zero */
static void cmd_huge1g(int pages, size_t mb)
{
	for (int n = 0; n < pages; n++) {
		unsigned char *p = map(1024 * MiB, MAP_HUGETLB | MAP_HUGE_1GB);
		for (size_t i = 0; i < mb * MiB / PG; i++)
			fill(p + i * PG, PG, "mixed", i);
		fill(p + 1024 * MiB - PG, PG, "text", 0);
	}
	done("huge1g", "");
}

/* many processes: page tables, task structs, kernel stacks */
static void cmd_forks(int n)
{
	for (int c = 0; c < n; c++) {
		if (fork()) continue;
		seed += c;
		/* 24 mappings 1 GiB apart: a page table page (and more) for each; lower where addresses have fewer than 45 bits */
		size_t at = 0x100000000000UL, len = PG == 4096 ? 4 * PG : PG;
		for (int m = 0; m < 24; m++) {
			unsigned char *p = mmap((void *)(at + (size_t)m * 1024 * MiB), len,
				PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
			if (p == MAP_FAILED && at > 0x800000000UL) { at = 0x800000000UL; m = -1; continue; }
			if (p != MAP_FAILED) fill(p, PG, "text", m);
		}
		for (;;) pause();
	}
	done("forks", "");
}

/* fragments free memory: touch all, give back every other page (and some runs) */
static void cmd_frag(size_t mb)
{
	unsigned char *p = map(mb * MiB, 0);
	madvise(p, mb * MiB, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < mb * MiB / PG; i++) fill(p + i * PG, PG, "ptr", i);
	for (size_t i = 0; i < mb * MiB / PG; i += 2 + rnd() % 6)
		madvise(p + i * PG, PG * (1 + rnd() % 2), MADV_DONTNEED);
	done("frag", "");
}

static void cmd_swap(size_t mb)
{
	unsigned char *p = map(mb * MiB, 0); volatile unsigned char s = 0;
	madvise(p, mb * MiB, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < mb * MiB / PG; i++) fill(p + i * PG, PG, "text", i);
	int rc = madvise(p, mb * MiB, MADV_PAGEOUT), e = errno;
	sleep(1);
	for (size_t i = 0; i < mb * MiB / PG / 2; i++) s += p[i * PG];   /* swap half back in */
	done("swap", rc ? strerror(e) : "");
}

static void on_sigbus(int sig) { (void)sig; }

static void cmd_poison(int hard, int soft)
{
	int ok = 0, sok = 0, e = 0; char msg[96];
	signal(SIGBUS, on_sigbus);      /* not SIG_IGN: a forced SIGBUS would kill */
	for (int i = 0; i < hard + soft; i++) {
		unsigned char *p = map(PG, 0);
		madvise(p, PG, MADV_NOHUGEPAGE);
		fill(p, PG, i % 3 == 2 ? "zero" : "text", i);
		if (madvise(p, PG, i < hard ? MADV_HWPOISON : MADV_SOFT_OFFLINE) == 0)
			*(i < hard ? &ok : &sok) += 1;
		else e = errno;
	}
	snprintf(msg, sizeof(msg), "hard %d/%d soft %d/%d %s", ok, hard, sok, soft, e ? strerror(e) : "");
	done("poison", msg);
}

/* poisons one subpage of a THP: splits it; and one hugetlb page when asked */
static void cmd_poisonhuge(void)
{
	char msg[96];
	unsigned char *p = map(2 * MiB, MAP_HUGETLB);
	fill(p, PG, "text", 0); fill(p + 5 * PG, PG, "text", 0);
	signal(SIGBUS, on_sigbus);      /* not SIG_IGN: a forced SIGBUS would kill */
	int rc = madvise(p + 5 * PG, PG, MADV_HWPOISON);
	snprintf(msg, sizeof(msg), "hugetlb %s", rc ? strerror(errno) : "poisoned");
	done("poisonhuge", msg);
}

static void cmd_files(const char *dir, int n)
{
	char path[256]; static unsigned char buf[4096];
	for (int i = 0; i < n; i++) {
		if (i % 256 == 0) { snprintf(path, sizeof(path), "%s/d%03d", dir, i / 256); mkdir(path, 0755); }
		snprintf(path, sizeof(path), "%s/d%03d/file-%05d.txt", dir, i / 256, i);
		int fd = open(path, O_CREAT | O_RDWR, 0644);
		if (fd < 0) { perror(path); break; }
		size_t len = 1 + rnd() % 400;
		fill(buf, len, "text", i);
		if (i % 8 == 0 && write(fd, buf, len) < 0) perror("write");
		close(fd);
	}
	done("files", "");
}

/* file mapped by a live process (mapped page cache), shared + private dirty */
static void cmd_mapfile(const char *file)
{
	struct stat st; int fd = open(file, O_RDWR); volatile unsigned char s = 0;
	if (fd < 0 || fstat(fd, &st)) { perror(file); exit(1); }
	unsigned char *a = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	unsigned char *b = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (a == MAP_FAILED || b == MAP_FAILED) { perror("mmap"); exit(1); }
	for (off_t i = 0; i < st.st_size; i += PG) s += a[i];
	for (off_t i = 0; i < st.st_size; i += 16 * PG) { a[i] ^= 1; b[i + PG < st.st_size ? i + PG : i] ^= 1; }
	done("mapfile", "");
}

/* histogram of /proc/kpageflags: an independent count of the page states */
static void cmd_kpageflags(void)
{
	static struct { uint64_t f; unsigned long n; } h[4096]; int nh = 0;
	static uint64_t buf[4096]; ssize_t r; unsigned long total = 0;
	int fd = open("/proc/kpageflags", O_RDONLY);
	if (fd < 0) { perror("kpageflags"); exit(0); }
	while ((r = read(fd, buf, sizeof(buf))) > 0)
		for (int i = 0; i < r / 8; i++, total++) {
			/* drop what changes by the second: locked, referenced, uptodate, lru, active, reclaim, mlocked, idle */
			uint64_t f = buf[i] & ~((1ull << 0) | (1ull << 2) | (1ull << 6) | (1ull << 9) | (1ull << 25));
			int j;
			for (j = 0; j < nh && h[j].f != f; j++) ;
			if (j == nh) { if (nh == 4096) continue; h[nh++].f = f; }
			h[j].n++;
		}
	printf("KPF total %lu\n", total);
	for (int j = 0; j < nh; j++) {
		static const char *nm[] = { "locked","error","referenced","uptodate","dirty","lru","active","slab","writeback",
			"reclaim","buddy","mmap","anon","swapcache","swapbacked","compound_head","compound_tail","huge",
			"unevictable","hwpoison","nopage","ksm","thp","offline","zero_page","idle","pgtable" };
		printf("KPF %8lu %016llx", h[j].n, (unsigned long long)h[j].f);
		for (int b = 0; b < 27; b++) if (h[j].f >> b & 1) printf(" %s", nm[b]);
		if (h[j].f >> 32 & 1) printf(" reserved"); if (h[j].f >> 33 & 1) printf(" mlocked");
		if (h[j].f >> 34 & 1) printf(" owner2/mappedtodisk"); if (h[j].f >> 35 & 1) printf(" private");
		if (h[j].f >> 36 & 1) printf(" private_2");
		printf("\n");
	}
}

int main(int c, char **v)
{
	if (c < 2) return 1;
	PG = sysconf(_SC_PAGESIZE);
	if (!strcmp(v[1], "kpageflags")) { cmd_kpageflags(); return 0; }
	if (fork()) return 0;           /* every other command lives in the background */
	setsid();
	if (!strcmp(v[1], "anon")) cmd_anon(v[2], v[3], atol(v[4]), 0);
	if (!strcmp(v[1], "thp")) cmd_anon(v[2], v[3], atol(v[4]), 1);
	if (!strcmp(v[1], "hugetlb")) cmd_hugetlb(atoi(v[2]));
	if (!strcmp(v[1], "huge1g")) cmd_huge1g(atoi(v[2]), atol(v[3]));
	if (!strcmp(v[1], "forks")) cmd_forks(atoi(v[2]));
	if (!strcmp(v[1], "frag")) cmd_frag(atol(v[2]));
	if (!strcmp(v[1], "swap")) cmd_swap(atol(v[2]));
	if (!strcmp(v[1], "poison")) cmd_poison(atoi(v[2]), atoi(v[3]));
	if (!strcmp(v[1], "poisonhuge")) cmd_poisonhuge();
	if (!strcmp(v[1], "files")) cmd_files(v[2], atoi(v[3]));
	if (!strcmp(v[1], "mapfile")) cmd_mapfile(v[2]);
	return 1;
}
