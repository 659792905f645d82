/*
 * unaccepted.efi - declares ranges of ordinary RAM as "unaccepted memory" and
 * starts Linux, so that a kernel with CONFIG_UNACCEPTED_MEMORY gets real
 * unaccepted pages without TDX or SEV-SNP.
 *
 * It installs the LINUX_EFI_UNACCEPTED_MEM_TABLE configuration table that the
 * kernel's EFI stub would make from EfiUnacceptedMemoryType entries of the
 * firmware's memory map (the stub keeps a table that is already there, as after
 * kexec).  Files on its own FAT file system: \ranges.txt "START-END[,START-END]"
 * in MiB (multiples of 2; "-" for none), \cmdline.txt, \vmlinuz.efi, \initrd.img.
 *
 * A range, and a margin around it, is allocated as EfiLoaderData: RAM like any
 * other for the kernel, but neither firmware, EFI stub (initrd) nor KASLR puts
 * anything there.  Nobody can accept memory on such a machine: the kernel
 * panics with "Cannot accept memory: unknown platform" if it has to.
 */
#include <efi.h>
#include <efilib.h>

#define MiB (1024ULL * 1024)
#define UNIT (2 * MiB)
#define BLOCK (4 * MiB)         /* PAGE_SIZE << MAX_PAGE_ORDER */
#define MAX_RANGES 32

struct efi_unaccepted_memory {
	UINT32 version;
	UINT32 unit_size;
	UINT64 phys_base;
	UINT64 size;            /* of the bitmap, bytes */
	UINT64 bitmap[];
};

static EFI_GUID unaccepted_guid =
	{ 0xd5d1de3c, 0x105c, 0x44f9, { 0x9e, 0xa9, 0xbc, 0xef, 0x98, 0x12, 0x00, 0x31 } };

static EFI_STATUS check(EFI_STATUS st, CHAR16 *what)
{
	if (EFI_ERROR(st)) {
		Print(L"unaccepted.efi: %s: %r\n", what, st);
		uefi_call_wrapper(BS->Stall, 1, 3000000);
		uefi_call_wrapper(RT->ResetSystem, 4, EfiResetShutdown, st, 0, NULL);
	}
	return st;
}

static CHAR8 *read_file(EFI_FILE_HANDLE root, CHAR16 *name, UINTN *size)
{
	EFI_FILE_HANDLE f;
	EFI_FILE_INFO *info;
	CHAR8 *buf;

	check(uefi_call_wrapper(root->Open, 5, root, &f, name, EFI_FILE_MODE_READ, 0), name);
	info = LibFileInfo(f);
	*size = info->FileSize;
	buf = AllocateZeroPool(*size + 1);
	check(uefi_call_wrapper(f->Read, 3, f, size, buf), name);
	buf[*size] = 0;
	return buf;
}

static UINT64 number(CHAR8 **p)
{
	UINT64 n = 0;
	while (**p >= '0' && **p <= '9')
		n = n * 10 + *(*p)++ - '0';
	return n;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_LOADED_IMAGE *self, *kernel;
	EFI_FILE_HANDLE root;
	EFI_HANDLE kh;
	struct { UINT64 start, end; } r[MAX_RANGES];
	UINTN n = 0, i, size, bytes;
	UINT64 lo = ~0ULL, hi = 0, a;
	CHAR8 *text, *p;
	CHAR16 *cmdline;

	InitializeLib(image, systab);
	check(uefi_call_wrapper(BS->HandleProtocol, 3, image, &LoadedImageProtocol, (void **)&self), L"loaded image");
	root = LibOpenRoot(self->DeviceHandle);

	for (p = text = read_file(root, L"ranges.txt", &size); *p >= '0' && *p <= '9' && n < MAX_RANGES; n++) {
		r[n].start = number(&p) * MiB;
		if (*p == '-') p++;
		r[n].end = number(&p) * MiB;
		if (*p == ',') p++;
		if (r[n].start % UNIT || r[n].end % UNIT || r[n].start >= r[n].end)
			check(EFI_INVALID_PARAMETER, L"range");
		if (r[n].start < lo) lo = r[n].start;
		if (r[n].end > hi) hi = r[n].end;
	}
	if (n) {
		/* one allocation over all ranges: whole 4 MiB blocks, one more before for the kernel's guard unit */
		struct efi_unaccepted_memory *t;
		EFI_PHYSICAL_ADDRESS start = (lo - UNIT) / BLOCK * BLOCK, end = (hi + BLOCK - 1) / BLOCK * BLOCK, table = 0;

		check(uefi_call_wrapper(BS->AllocatePages, 4, AllocateAddress, EfiLoaderData,
			(end - start) / 4096, &start), L"the range is not free");
		bytes = (hi - lo + 8 * UNIT - 1) / (8 * UNIT);
		check(uefi_call_wrapper(BS->AllocatePages, 4, AllocateAnyPages, EfiACPIReclaimMemory,
			(sizeof(*t) + bytes + 8 + 4095) / 4096, &table), L"table");
		t = (void *)(UINTN)table;
		ZeroMem(t, sizeof(*t) + bytes + 8);
		t->version = 1;
		t->unit_size = UNIT;
		t->phys_base = lo;
		t->size = bytes;
		for (i = 0; i < n; i++)
			for (a = r[i].start; a < r[i].end; a += UNIT)
				t->bitmap[(a - lo) / UNIT / 64] |= 1ULL << ((a - lo) / UNIT % 64);
		/* contents: who reads such a page reads its address and a mark, over and over; every eighth unit stays zero */
		for (i = 0; i < n; i++)
			for (a = r[i].start; a < r[i].end; a += 8)
				*(UINT64 *)(UINTN)a = a / UNIT % 8 == 7 ? 0 : a & 8 ? 0xacce97edacce97edULL : a & ~4095ULL;
		check(uefi_call_wrapper(BS->InstallConfigurationTable, 2, &unaccepted_guid, t), L"install table");
		for (i = 0; i < n; i++)
			Print(L"unaccepted.efi: unaccepted %lx-%lx (%ld MiB)\n", r[i].start, r[i].end, (r[i].end - r[i].start) / MiB);
		Print(L"unaccepted.efi: table at %lx, phys_base %lx, bitmap %ld bytes, loader data %lx-%lx\n",
			table, lo, bytes, start, end);
	}

	check(uefi_call_wrapper(BS->LoadImage, 6, FALSE, image, FileDevicePath(self->DeviceHandle, L"\\vmlinuz.efi"),
		NULL, 0, &kh), L"LoadImage vmlinuz.efi");
	check(uefi_call_wrapper(BS->HandleProtocol, 3, kh, &LoadedImageProtocol, (void **)&kernel), L"kernel image");
	text = read_file(root, L"cmdline.txt", &size);
	cmdline = AllocateZeroPool((size + 1) * 2);
	for (i = 0; i < size; i++)
		cmdline[i] = text[i];
	kernel->LoadOptions = cmdline;
	kernel->LoadOptionsSize = (size + 1) * 2;
	return check(uefi_call_wrapper(BS->StartImage, 3, kh, NULL, NULL), L"StartImage");
}
