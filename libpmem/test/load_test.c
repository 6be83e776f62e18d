/*
 * load_test.c: the library as a plug-in: loaded at run time, used, unloaded,
 * and several of it in one process
 *
 * usage: load_test LIBRARY...
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/types.h>

#include "check.h"
#include "scratch.h"

#define ROUNDS 20
#define LEN ((size_t)5000)

/* The functions that are called, by their addresses in one copy. */
struct library {
	void *handle;
	void *(*map_file)(const char *, size_t, int, mode_t, size_t *, int *);
	int (*unmap)(void *, size_t);
	int (*is_pmem)(const void *, size_t);
	void *(*memset_persist)(void *, int, size_t);
	const char *(*errormsg)(void);
};

static void *
symbol(struct library *library, const char *name)
{
	void *address = dlsym(library->handle, name);

	CHECK(address, "%s", dlerror());
	return address;
}

static struct library
load(const char *path)
{
	struct library library = {.handle = dlopen(path, RTLD_NOW)};

	CHECK(library.handle, "%s", dlerror());
	*(void **)&library.map_file = symbol(&library, "pmem_map_file");
	*(void **)&library.unmap = symbol(&library, "pmem_unmap");
	*(void **)&library.is_pmem = symbol(&library, "pmem_is_pmem");
	*(void **)&library.memset_persist = symbol(
		&library, "pmem_memset_persist");
	*(void **)&library.errormsg = symbol(&library, "pmem_errormsg");
	return library;
}

static void
use(const struct library *l, const char *path)
{
	char *p = l->map_file(path, 0, 0, 0, NULL, NULL);

	CHECK(p, "%s", l->errormsg());
	l->memset_persist(p, 'u', LEN);
	CHECK(p[LEN - 1] == 'u' && !l->is_pmem(p, LEN), "use");
	CHECK(!l->unmap(p, LEN), "%s", l->errormsg());
	CHECK(!l->map_file(NULL, 0, 0, 0, NULL, NULL) && errno == EINVAL &&
			!strcmp(l->errormsg(), "invalid (NULL) path"),
		"%s", l->errormsg());
}

struct job {
	const struct library *library;
	const char *path;
};

static void *
thread_use(void *arg)
{
	const struct job *job = arg;

	use(job->library, job->path);
	return NULL;
}

static int
child(void *unused)
{
	(void)unused;
	return 0;
}

static void
load_and_unload(const char *file, const char *path)
{
	struct library library = load(file);
	struct job job = {&library, path};
	pthread_t thread;

	use(&library, path);
	CHECK(!pthread_create(&thread, NULL, thread_use, &job), "thread");
	CHECK(!pthread_join(thread, NULL), "join");
	CHECK(!child_run(child, NULL), "fork while it is loaded");
	CHECK(!dlclose(library.handle), "%s", dlerror());
	CHECK(!dlopen(file, RTLD_NOW | RTLD_NOLOAD), "still loaded");
	CHECK(!child_run(child, NULL), "fork after it was unloaded");
}

/* Each has its own mappings and its own text. */
static void
side_by_side(const char *file, const char *other_file, const char *path)
{
	struct library a = load(file), b = load(other_file);

	CHECK(a.map_file != b.map_file, "one library");
	use(&a, path);
	CHECK(!*b.errormsg(), "%s", b.errormsg());
	use(&b, path);
	CHECK(!dlclose(a.handle), "%s", dlerror());
	use(&b, path);
	CHECK(!dlclose(b.handle), "%s", dlerror());
}

int
main(int argc, char **argv)
{
	const char *path = scratch_file("file", LEN, 'f');
	struct holdings before;

	CHECK(argc >= 3, "two libraries are needed");
	CHECK(!setenv("PMEM_LOG_FILE", scratch_path("log"), 1), "setenv");
	for (int i = 1; i < argc; i++) {
		/* What libc keeps of the first one stays. */
		load_and_unload(argv[i], path);
		before = holdings_take();
		for (int n = 0; n < ROUNDS; n++)
			load_and_unload(argv[i], path);
		holdings_check(&before, argv[i]);
	}
	side_by_side(argv[1], argv[2], path);
	return 0;
}
