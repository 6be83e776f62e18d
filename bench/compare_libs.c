/*
 * compare_libs.c: several libpmem.so in one process, each with variables of
 * its own
 *
 * The loader gives one handle to one file, so every instance is a copy of it,
 * gone from the file system as soon as it is mapped.
 */
#include "compare.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

const struct compare_table compare_tables[COMPARE_TABLES_MOST] = {
	{
		.name = "equal",
		.about = "equal promises: all flush what they store "
			 "(domain adr; peers under PMEM_NO_MOVNT=1)",
		.ours = {"PMEM_NO_FLUSH=0", "PMEM_MOVNT_DURABLE=0"},
		.others = {"PMEM_NO_FLUSH=0", "PMEM_NO_MOVNT=1"},
	},
	{
		.name = "trusting",
		.about = "trusting: streaming stores count as durable without "
			 "a flush (domain adr_nt; peers at their defaults)",
		.ours = {"PMEM_NO_FLUSH=0", "PMEM_MOVNT_DURABLE=1"},
		.others = {"PMEM_NO_FLUSH=0"},
	},
	{
		.name = "eadr",
		.about = "caches are persistent: nobody flushes "
			 "(PMEM_NO_FLUSH=1)",
		.ours = {"PMEM_NO_FLUSH=1"},
		.others = {"PMEM_NO_FLUSH=1"},
		.caches_persist = true,
	},
};

/* What the libraries read at load; the caller's own settings are no part of
 * the comparison. */
static const char *const variables[] = {
	"PMEM_AVX",
	"PMEM_AVX512F",
	"PMEM_MOVDIR64B",
	"PMEM_MOVNT_DURABLE",
	"PMEM_MOVNT_THRESHOLD",
	"PMEM_NO_CLFLUSHOPT",
	"PMEM_NO_CLWB",
	"PMEM_NO_FLUSH",
	"PMEM_NO_MOVNT",
};

static void
environment_clear(void)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
}

/* Sets a "NAME=VALUE". */
static int
environment_set(const char *text)
{
	size_t name_bytes = strcspn(text, "=");
	char *name = strndup(text, name_bytes);
	int err = 0;

	if (!name)
		return -ENOMEM;
	if (setenv(name, text + name_bytes + 1, 1))
		err = -errno;
	free(name);
	return err;
}

static int
file_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	ssize_t n = 1;
	int err = 0;

	if (in < 0 || out < 0)
		err = -errno;
	while (!err && n > 0) {
		n = sendfile(out, in, NULL, 1 << 20);
		if (n < 0)
			err = -errno;
	}
	if (in >= 0)
		close(in);
	if (out >= 0 && close(out) && !err)
		err = -errno;
	return err;
}

/* Loads a copy of the file, which leaves no trace. */
static int
copy_open(struct library *library, const char *path,
	char error[LIBRARY_ERROR_BYTES])
{
	const char *parent = getenv("TMPDIR");
	char directory[256], copy[sizeof(directory) + 16];
	int err;

	snprintf(directory, sizeof(directory), "%.200s/pmem-compare-XXXXXX",
		parent ? parent : "/tmp");
	if (!mkdtemp(directory)) {
		err = -errno;
		goto describe_errno;
	}
	snprintf(copy, sizeof(copy), "%s/libpmem.so", directory);
	err = file_copy(path, copy);
	if (err)
		goto remove_copy;
	err = library_open(library, copy, error);
	unlink(copy);
	rmdir(directory);
	return err;

remove_copy:
	unlink(copy);
	rmdir(directory);
describe_errno:
	snprintf(error, LIBRARY_ERROR_BYTES, "cannot copy to %s: %s", directory,
		strerror(-err));
	return err;
}

static bool
has(const char *const *env, const char *text)
{
	for (; *env; env++) {
		if (strcmp(*env, text) == 0)
			return true;
	}
	return false;
}

/* What an instance does, by its own words or its variables. */
static enum domain
domain_of(const struct compare_instance *i, const char *const *env)
{
	enum domain domain = DOMAIN_ADR;
	char *text;

	if (!i->library.describe) {
		if (has(env, "PMEM_NO_FLUSH=1"))
			return DOMAIN_EADR;
		return has(env, "PMEM_NO_MOVNT=1") ? DOMAIN_ADR : DOMAIN_ADR_NT;
	}
	text = library_describe(&i->library);
	if (text) {
		if (strstr(text, "\ndomain\tadr_nt\t"))
			domain = DOMAIN_ADR_NT;
		else if (strstr(text, "\ndomain\teadr\t"))
			domain = DOMAIN_EADR;
		free(text);
	}
	return domain;
}

static bool
is_durable(enum domain domain, const struct compare_table *table,
	bool streaming_promised)
{
	if (domain == DOMAIN_EADR)
		return table->caches_persist;
	return domain == DOMAIN_ADR || streaming_promised;
}

/* POSIX: the address of a function comes as one of data. */
static int
function_find(void *function, const struct compare_instance *i,
	const char *name, char error[LIBRARY_ERROR_BYTES])
{
	void *address = dlsym(i->library.handle, name);

	if (!address) {
		snprintf(error, LIBRARY_ERROR_BYTES, "not a libpmem: no %s: %s",
			name, i->lib->path);
		return -EINVAL;
	}
	memcpy(function, &address, sizeof(address));
	return 0;
}

static int
functions_find(struct compare_instance *i, char error[LIBRARY_ERROR_BYTES])
{
	struct variant *move = i->variants[OP_MOVE], *set = i->variants[OP_SET];
	void (*drain)(void);

	for (int d = 0; d < DRAIN_COUNT; d++) {
		move[d].call = CALL_MEMCPY;
		set[d].call = CALL_MEMSET;
	}
	if (function_find(&move[DRAIN_EACH].run.memcpy, i,
		    "pmem_memcpy_persist", error) ||
		function_find(&set[DRAIN_EACH].run.memset, i,
			"pmem_memset_persist", error) ||
		function_find(&move[DRAIN_BATCH].run.memcpy, i,
			"pmem_memcpy_nodrain", error) ||
		function_find(&set[DRAIN_BATCH].run.memset, i,
			"pmem_memset_nodrain", error) ||
		function_find(&drain, i, "pmem_drain", error))
		return -EINVAL;
	move[DRAIN_BATCH].drain = set[DRAIN_BATCH].drain = drain;
	return 0;
}

/* A kernel is called through the table and drained by its fence. */
static void
kernel_take(struct compare_instance *i)
{
	for (int d = 0; d < DRAIN_COUNT; d++) {
		i->variants[OP_MOVE][d] = (struct variant){
			CALL_MOVE, {.move = i->kernel->move}, flush_fence};
		i->variants[OP_SET][d] = (struct variant){
			CALL_SET, {.set = i->kernel->set}, flush_fence};
	}
}

static int
library_take(struct compare_instance *i, bool streaming_promised,
	char error[LIBRARY_ERROR_BYTES])
{
	char why[LIBRARY_ERROR_BYTES - 100];
	const char *const *env = i->lib->ours ? i->table->ours :
						i->table->others;
	int err = 0;

	if (!*env)
		env = (const char *const *)i->lib->env;
	for (const char *const *e = env; !err && *e; e++)
		err = environment_set(*e);
	if (!err)
		err = copy_open(&i->library, i->lib->path, error);
	else
		snprintf(error, LIBRARY_ERROR_BYTES, "cannot set variables: %s",
			strerror(-err));
	environment_clear();
	if (err) {
		snprintf(why, sizeof(why), "%.*s", (int)sizeof(why) - 1, error);
		snprintf(error, LIBRARY_ERROR_BYTES, "%.300s: %.150s", why,
			i->lib->path);
		return err;
	}
	i->durable = is_durable(
		domain_of(i, env), i->table, streaming_promised);
	err = functions_find(i, error);
	if (err)
		library_close(&i->library);
	return err;
}

static int
instance_open(struct compare_instance *i, bool streaming_promised,
	char error[LIBRARY_ERROR_BYTES])
{
	if (!i->kernel)
		return library_take(i, streaming_promised, error);
	kernel_take(i);
	return 0;
}

static void
instance_close(struct compare_instance *i)
{
	if (!i->kernel)
		library_close(&i->library);
}

/* Whether the file is a build of this project, once for all its instances. */
static int
lib_recognise(struct compare_lib *lib, char error[LIBRARY_ERROR_BYTES])
{
	char why[LIBRARY_ERROR_BYTES];
	struct library library;
	int err = library_open(&library, lib->path, why);

	if (err) {
		snprintf(error, LIBRARY_ERROR_BYTES, "%.300s: %.150s", why,
			lib->path);
		return err;
	}
	lib->ours = library.describe;
	library_close(&library);
	return 0;
}

/* Loads the instances in the order given. */
static int
instances_open(struct compare_libs *all, const size_t *order, size_t count,
	char error[LIBRARY_ERROR_BYTES])
{
	for (size_t n = 0; n < count; n++) {
		struct compare_instance *i = &all->instances[order[n]];
		int err = instance_open(i, all->streaming_promised, error);

		if (!err)
			continue;
		while (n-- > 0)
			instance_close(&all->instances[order[n]]);
		return err;
	}
	all->instance_count = count;
	return 0;
}

int
compare_libs_open(struct compare_libs *all, bool streaming_promised,
	char error[LIBRARY_ERROR_BYTES])
{
	size_t order[COMPARE_INSTANCES_MOST];
	size_t count = all->table_count * all->lib_count;

	environment_clear();
	all->streaming_promised = streaming_promised;
	for (size_t l = 0; l < all->lib_count; l++) {
		int err = lib_recognise(&all->libs[l], error);

		if (err)
			return err;
	}
	for (size_t n = 0; n < count; n++) {
		all->instances[n].table = &all->tables[n / all->lib_count];
		all->instances[n].lib = &all->libs[n % all->lib_count];
	}
	if (all->has_candidates)
		count = compare_candidates_list(all);
	for (size_t n = 0; n < count; n++)
		order[n] = n;
	return instances_open(all, order, count, error);
}

int
compare_libs_reload(struct compare_libs *all, struct rng *rng,
	char error[LIBRARY_ERROR_BYTES])
{
	size_t order[COMPARE_INSTANCES_MOST];
	size_t count = all->instance_count;

	rng_permutation(rng, order, count);
	compare_libs_close(all);
	return instances_open(all, order, count, error);
}

void
compare_libs_close(struct compare_libs *all)
{
	for (size_t n = 0; n < all->instance_count; n++)
		instance_close(&all->instances[n]);
	all->instance_count = 0;
}
