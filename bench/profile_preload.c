/*
 * profile_preload.c: libpmem_profile.so, which counts what a program does
 *
 * Preloaded, its functions stand before those of the program's libpmem.so.1,
 * count, and call them. It counts into a mapped file in the directory that
 * PMEM_PROFILE_DIR names and changes nothing else: no output, no signal, errno
 * kept; where it cannot make its file it only passes calls on.
 *
 * An operation counts as `warm` if its first line is among the last
 * RECENT_LINES lines that its thread began to write: written shortly before,
 * it is likely still in cache. It counts under `batch` if it shared its drain
 * with another operation of its thread, or never saw one. Every operation is
 * counted at once, so that none is lost where a program ends; the first after a
 * drain is moved to `each` if the next drain finds it alone.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libpmem.h"
#include "profile.h"

/* A line each: 256 KiB of destinations, the share of a 512 KiB second-level
 * cache that a program's sources and other data leave. */
#define RECENT_LINES 4096

struct thread {
	uintptr_t recent[RECENT_LINES]; /* by low bits of the line number */
	/* Operations since the last drain; the counter, by drain, of the
	 * first, and whether there are more. */
	uint64_t *first;
	bool more;
	struct profile_counts *counts; /* NULL until the first call */
};

static __thread struct thread self;
static struct profile_file *file;
static pthread_once_t file_once = PTHREAD_ONCE_INIT;

static void
file_make(void)
{
	const char *dir = secure_getenv("PMEM_PROFILE_DIR");
	char path[4096];
	void *mapped;
	int fd;

	if (!dir || snprintf(path, sizeof(path), "%s/%d.profile", dir,
			    (int)getpid()) >= (int)sizeof(path))
		return;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (!ftruncate(fd, sizeof(struct profile_file))) {
		mapped = mmap(NULL, sizeof(struct profile_file),
			PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mapped != MAP_FAILED) {
			file = mapped;
			snprintf(file->program, sizeof(file->program), "%s",
				program_invocation_short_name);
			file->magic = PROFILE_MAGIC;
		}
	}
	close(fd);
}

/* A child counts into a file of its own. */
static void
file_forget(void)
{
	static const pthread_once_t again = PTHREAD_ONCE_INIT;

	file = NULL;
	file_once = again;
	self.counts = NULL;
	self.first = NULL;
	self.more = false;
}

__attribute__((constructor)) static void
load(void)
{
	pthread_atfork(NULL, NULL, file_forget);
}

static struct profile_counts *
counts(void)
{
	static struct profile_counts nowhere;

	if (!self.counts) {
		int saved_errno = errno;

		pthread_once(&file_once, file_make);
		self.counts = &nowhere;
		if (file) {
			uint64_t number = __atomic_fetch_add(
				&file->threads, 1, __ATOMIC_RELAXED);
			self.counts = &file->slots[number % PROFILE_SLOTS];
		}
		errno = saved_errno;
	}
	return self.counts;
}

static void
add(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static void
drained(void)
{
	add(&counts()->drains, 1);
	if (self.first && !self.more) {
		__atomic_fetch_sub(
			&self.first[DRAIN_BATCH], 1, __ATOMIC_RELAXED);
		add(&self.first[DRAIN_EACH], 1);
	}
	self.first = NULL;
	self.more = false;
}

static void
operation(enum op op, const void *dest, size_t len)
{
	uintptr_t line = (uintptr_t)dest / LINE_BYTES;
	uintptr_t *recent = &self.recent[line % RECENT_LINES];
	uintptr_t at = (uintptr_t)dest % LINE_BYTES;
	struct profile_counts *c = counts();
	uint64_t *counter;
	unsigned bucket;

	if (!len)
		return;
	bucket = 63U - (unsigned)__builtin_clzl(len);
	if (bucket >= PROFILE_BUCKETS)
		bucket = PROFILE_BUCKETS - 1;
	counter = c->operations[op][bucket][*recent == line];
	*recent = line;
	add(&counter[DRAIN_BATCH], 1);
	add(&c->bytes, len);
	add(&c->aligned[!at	  ? PROFILE_LINE :
			!(at % 8) ? PROFILE_WORD :
				    PROFILE_BYTE],
		1);
	self.more = self.first != NULL;
	if (!self.first)
		self.first = counter;
}

/* The function of that name after this library's. A program that loads libpmem
 * with dlopen keeps it out of the global scope: it is asked for by its name. */
static void *
next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name), *library;

	if (function)
		return function;
	library = dlopen("libpmem.so.1", RTLD_NOW | RTLD_NOLOAD);
	function = library ? dlsym(library, name) : NULL;
	if (!function)
		abort(); /* a caller of libpmem without libpmem */
	return function;
}

/* Declares the pointer `real` to the function that this one stands before. */
#define REAL(name) \
	static __typeof__(name) *real; \
	__typeof__(name) *call = __atomic_load_n(&real, __ATOMIC_RELAXED); \
	if (!call) { \
		*(void **)&call = next(#name); \
		__atomic_store_n(&real, call, __ATOMIC_RELAXED); \
	}

#define NO_DRAIN (PMEM_F_MEM_NODRAIN | PMEM_F_MEM_NOFLUSH)

/* A copy without a flush is followed by a flush, which is what counts. */
static void
copied(enum op op, const void *dest, size_t len, unsigned flags)
{
	if (!(flags & PMEM_F_MEM_NOFLUSH))
		operation(op, dest, len);
	if (!(flags & NO_DRAIN))
		drained();
}

#define MOVE(name, flags_) \
	void *name(void *dest, const void *src, size_t len) \
	{ \
		REAL(name) \
		copied(OP_MOVE, dest, len, flags_); \
		return call(dest, src, len); \
	}
#define SET(name, flags_) \
	void *name(void *dest, int c, size_t len) \
	{ \
		REAL(name) \
		copied(OP_SET, dest, len, flags_); \
		return call(dest, c, len); \
	}

MOVE(pmem_memmove_persist, 0)
MOVE(pmem_memcpy_persist, 0)
MOVE(pmem_memmove_nodrain, PMEM_F_MEM_NODRAIN)
MOVE(pmem_memcpy_nodrain, PMEM_F_MEM_NODRAIN)
SET(pmem_memset_persist, 0)
SET(pmem_memset_nodrain, PMEM_F_MEM_NODRAIN)

void *
pmem_memmove(void *dest, const void *src, size_t len, unsigned flags)
{
	REAL(pmem_memmove)
	copied(OP_MOVE, dest, len, flags);
	return call(dest, src, len, flags);
}

void *
pmem_memcpy(void *dest, const void *src, size_t len, unsigned flags)
{
	REAL(pmem_memcpy)
	copied(OP_MOVE, dest, len, flags);
	return call(dest, src, len, flags);
}

void *
pmem_memset(void *dest, int c, size_t len, unsigned flags)
{
	REAL(pmem_memset)
	copied(OP_SET, dest, len, flags);
	return call(dest, c, len, flags);
}

void
pmem_flush(const void *addr, size_t len)
{
	REAL(pmem_flush)
	operation(OP_FLUSH, addr, len);
	call(addr, len);
}

void
pmem_persist(const void *addr, size_t len)
{
	REAL(pmem_persist)
	operation(OP_FLUSH, addr, len);
	drained();
	call(addr, len);
}

void
pmem_drain(void)
{
	REAL(pmem_drain)
	drained();
	call();
}

int
pmem_msync(const void *addr, size_t len)
{
	REAL(pmem_msync)
	add(&counts()->msyncs, 1);
	return call(addr, len);
}
