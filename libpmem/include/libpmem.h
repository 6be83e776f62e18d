/*
 * libpmem.h: low-level persistent-memory support
 *
 * Functions that make stores to persistent memory durable, copy to it, and map
 * it. Each has a manual page in section 3; libpmem(7) is the overview.
 *
 * Conventions: lengths are bytes. Unless a function says otherwise there are
 * no alignment demands, a length of 0 does nothing, and every function may be
 * called from several threads at once. pmem_flush, pmem_drain, pmem_persist,
 * pmem_deep_flush and the pmem_mem* functions take no locks, allocate nothing
 * and may be used in signal handlers (but for the debug library's). Functions
 * that fail set errno and leave a text for pmem_errormsg.
 */
#ifndef LIBPMEM_H
#define LIBPMEM_H 1

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The API version this header describes; see pmem_check_version. */
#define PMEM_MAJOR_VERSION 1
#define PMEM_MINOR_VERSION 1

/* Flags of pmem_map_file. */
#define PMEM_FILE_CREATE (1 << 0) /* create the file if it does not exist */
#define PMEM_FILE_EXCL (1 << 1) /* with CREATE: fail if it exists */
#define PMEM_FILE_SPARSE (1 << 2) /* with CREATE: do not allocate blocks */
#define PMEM_FILE_TMPFILE (1 << 3) /* with CREATE: unnamed file in path */

/* The least part of a pool set, for programs that lay out pools. */
#define PMEM_MIN_PART ((size_t)2 << 20)

/*
 * Maps a file (the whole of it; with PMEM_FILE_CREATE, len bytes of it) shared,
 * readable and writable, at an address that lets huge pages be used, and
 * returns the address, or NULL with errno. *mapped_lenp gets the length,
 * *is_pmemp whether pmem_persist makes stores to it durable (else use
 * pmem_msync); either may be NULL; neither is touched on failure. After a
 * success that is not pmem, errno is non-zero.
 */
void *pmem_map_file(const char *path, size_t len, int flags, mode_t mode,
	size_t *mapped_lenp, int *is_pmemp);

/* Unmaps like munmap: 0, or -1 with errno. Parts of a mapping are allowed. */
int pmem_unmap(void *addr, size_t len);

/* 1 if all of [addr, addr + len) was mapped by pmem_map_file from persistent
 * memory, so that pmem_persist suffices; else 0. len 0 gives 0. Ask once for a
 * mapping: each call of such memory makes a system call, some 0.6 us. */
int pmem_is_pmem(const void *addr, size_t len);

/* Makes all earlier stores of this thread to the range durable: on return they
 * survive a power failure, if pmem_is_pmem is true of the range. The same as
 * pmem_flush followed by pmem_drain. */
void pmem_persist(const void *addr, size_t len);

/* Starts the write-back of the range's cache lines; pmem_drain completes it. */
void pmem_flush(const void *addr, size_t len);

/* Waits until everything flushed or streamed by this thread is durable. */
void pmem_drain(void);

/* 1 if the machine has a hardware drain instruction: always 0. */
int pmem_has_hw_drain(void);

/* 1 if CPU caches are inside the persistence domain (eADR) on every region, 0
 * if not or not known, -1 with errno if it cannot be read. */
int pmem_has_auto_flush(void);

/* Makes the range durable on any kind of mapping with msync(MS_SYNC), aligning
 * it to pages: 0, or -1 with errno. */
int pmem_msync(const void *addr, size_t len);

/*
 * The most reliable level of durability the platform offers: deep_flush always
 * flushes; deep_drain also empties the memory controller's queues (or syncs the
 * file); deep_persist does both. 0, or -1 with errno.
 */
void pmem_deep_flush(const void *addr, size_t len);
int pmem_deep_drain(const void *addr, size_t len);
int pmem_deep_persist(const void *addr, size_t len);

/*
 * memmove, memcpy and memset to persistent memory; each returns pmemdest.
 * _persist: durable on return. _nodrain: durable after the next pmem_drain of
 * this thread. memcpy may overlap too. If pmemdest is 8-byte aligned, every
 * aligned 8-byte word wholly inside the destination is written in one piece.
 */
void *pmem_memmove_persist(void *pmemdest, const void *src, size_t len);
void *pmem_memcpy_persist(void *pmemdest, const void *src, size_t len);
void *pmem_memset_persist(void *pmemdest, int c, size_t len);
void *pmem_memmove_nodrain(void *pmemdest, const void *src, size_t len);
void *pmem_memcpy_nodrain(void *pmemdest, const void *src, size_t len);
void *pmem_memset_nodrain(void *pmemdest, int c, size_t len);

/* Flags of pmem_memmove, pmem_memcpy and pmem_memset; 0 means persist. The
 * four hints choose among equally durable ways; NOFLUSH gives up durability. */
#define PMEM_F_MEM_NODRAIN (1U << 0) /* leave the drain to the caller */
#define PMEM_F_MEM_NONTEMPORAL (1U << 1) /* hint: stream past the cache */
#define PMEM_F_MEM_TEMPORAL (1U << 2) /* hint: through the cache */
#define PMEM_F_MEM_WC (1U << 3) /* hint: write combining */
#define PMEM_F_MEM_WB (1U << 4) /* hint: write back */
#define PMEM_F_MEM_NOFLUSH (1U << 5) /* plain stores; nothing is durable */
#define PMEM_F_MEM_VALID_FLAGS \
	(PMEM_F_MEM_NODRAIN | PMEM_F_MEM_NONTEMPORAL | PMEM_F_MEM_TEMPORAL | \
		PMEM_F_MEM_WC | PMEM_F_MEM_WB | PMEM_F_MEM_NOFLUSH)

/* Introduced in version 1.1. */
void *pmem_memmove(void *pmemdest, const void *src, size_t len, unsigned flags);
void *pmem_memcpy(void *pmemdest, const void *src, size_t len, unsigned flags);
void *pmem_memset(void *pmemdest, int c, size_t len, unsigned flags);

/* NULL if this library serves a program written for that version; else a
 * static text that says why not. */
const char *pmem_check_version(
	unsigned major_required, unsigned minor_required);

/* The text of the last error in this thread; empty if there was none. */
const char *pmem_errormsg(void);

#ifdef __cplusplus
}
#endif

#endif
