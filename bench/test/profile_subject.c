/*
 * profile_subject.c: a program whose calls are known, to be recorded
 *
 * Uses the public library only. A child does part of the work and leaves by
 * _exit, as servers do: what it did must be counted all the same.
 */
#include <libpmem.h>

#include <stdalign.h>
#include <sys/wait.h>
#include <unistd.h>

static alignas(4096) char dest[1 << 20];
static const char src[8192] = "source";

int
main(void)
{
	pid_t child;

	/* 10 copies of 100 bytes to distant lines: cold, each, word-aligned. */
	for (size_t i = 0; i < 10; i++)
		pmem_memcpy_persist(dest + 8192 * i + 8, src, 100);
	/* 5 more to one of them: warm. */
	for (int i = 0; i < 5; i++)
		pmem_memmove_persist(dest + 8, src, 100);
	/* 3 copies that share a drain: batch, line-aligned. */
	for (size_t i = 0; i < 3; i++)
		pmem_memcpy_nodrain(
			&dest[(size_t)512 * 1024 + 4096 * i], src, 4096);
	pmem_drain();
	/* A copy that flushes nothing counts by its flush. */
	pmem_memcpy(dest + 700001, src, 10, PMEM_F_MEM_NOFLUSH);
	pmem_persist(dest + 700001, 10);

	child = fork();
	if (child == 0) {
		pmem_memset_persist(dest + 800000, 0, 8);
		/* Its end comes before its drain. */
		pmem_memset_nodrain(dest + 900000, 0, 8);
		_exit(0);
	}
	return child < 0 || waitpid(child, NULL, 0) != child;
}
