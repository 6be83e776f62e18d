/*
 * version.c: pmem_check_version
 *
 * Its texts are promised to be static although they hold the caller's numbers:
 * each pair of numbers gets a text of its own, made once and kept.
 */
#include "libpmem.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "trace.h"

struct text {
	struct text *next;
	char chars[80]; /* two numbers of 10 digits and the longer sentence */
};

/* Only ever grows, so that readers need no lock. */
static _Atomic(struct text *) texts;

/* The kept copy of wanted, made if there is none; NULL without memory. */
static const char *
text_keep(const char *wanted)
{
	struct text *first = atomic_load(&texts), *t;

	for (t = first; t; t = t->next) {
		if (!strcmp(t->chars, wanted))
			return t->chars;
	}
	t = malloc(sizeof(*t));
	if (!t)
		return NULL;
	snprintf(t->chars, sizeof(t->chars), "%s", wanted);
	t->next = first;
	while (!atomic_compare_exchange_weak(&texts, &t->next, t))
		; /* another thread was first: t->next is its text now */
	return t->chars;
}

static const char *
mismatch(const char *which, unsigned need, unsigned found)
{
	int saved_errno = errno;
	char wanted[sizeof(texts->chars)];
	const char *kept;

	snprintf(wanted, sizeof(wanted),
		"libpmem %s version mismatch (need %u, found %u)", which, need,
		found);
	error_set("%s", wanted);
	kept = text_keep(wanted);
	errno = saved_errno;
	return kept ? kept : "libpmem version mismatch";
}

const char *
pmem_check_version(unsigned major_required, unsigned minor_required)
{
	TRACE(3, "major %u minor %u", major_required, minor_required);
	if (major_required != PMEM_MAJOR_VERSION)
		return mismatch("major", major_required, PMEM_MAJOR_VERSION);
	if (minor_required > PMEM_MINOR_VERSION)
		return mismatch("minor", minor_required, PMEM_MINOR_VERSION);
	return NULL;
}
