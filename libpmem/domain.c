/*
 * domain.c: persistence domain of the platform's regions, and whether
 * streaming stores are trusted to leave the cache
 */
#include "domain.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sysfs.h"

#define ND_DEVICES "/sys/bus/nd/devices"

/* 1, 0 or -errno for one region, as domain_auto_flush. */
static int
region_auto_flush(const char *region)
{
	char path[sizeof(ND_DEVICES "/persistence_domain") + 256];
	char text[64];
	int n;

	snprintf(path, sizeof(path), ND_DEVICES "/%s/persistence_domain",
		region);
	n = sysfs_read(path, text, sizeof(text));
	if (n == -ENOENT || n == -EACCES)
		return 0;
	if (n < 0)
		return n;
	if (n == 0 || text[n - 1] != '\n')
		return -EIO;
	return !strcmp(text, "cpu_cache\n");
}

int
domain_auto_flush(void)
{
	int saved_errno = errno;
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	dir = opendir(ND_DEVICES);
	if (!dir) {
		/* no nd bus, or not for this user: nothing says so */
		result = errno == ENOENT || errno == EACCES ? 0 : -errno;
		goto restore_errno;
	}
	while (errno = 0, (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "region", strlen("region")) != 0)
			continue;
		result = region_auto_flush(entry->d_name);
		if (result != 1)
			break;
	}
	if (!entry && errno)
		result = -errno;
	closedir(dir);
restore_errno:
	errno = saved_errno;
	return result;
}

enum domain
domain_choose(const struct env *env, const struct cpu *cpu,
	enum movnt_verdict verdict, const char **reason)
{
	if (env->no_flush == ENV_ON) {
		*reason = "PMEM_NO_FLUSH=1";
		return DOMAIN_EADR;
	}
	if (env->no_flush != ENV_OFF && domain_auto_flush() == 1) {
		*reason = "sysfs: persistence_domain is cpu_cache";
		return DOMAIN_EADR;
	}
	if (env->movnt_durable != ENV_UNSET) {
		*reason = env->movnt_durable == ENV_ON ?
				  "PMEM_MOVNT_DURABLE=1" :
				  "PMEM_MOVNT_DURABLE=0";
		return env->movnt_durable == ENV_ON ? DOMAIN_ADR_NT :
						      DOMAIN_ADR;
	}
	if (verdict == MOVNT_RETAINED) {
		*reason = "probe: streaming stores stay in this CPU's cache";
		return DOMAIN_ADR;
	}
	/* Intel SDM vol. 1, "Caching of Temporal vs. Non-Temporal Data": a
	 * location that is cached is evicted. No other vendor promises it. */
	if (!strcmp(cpu->vendor, "GenuineIntel")) {
		*reason = "vendor guarantee: streaming stores leave the cache";
		return DOMAIN_ADR_NT;
	}
	*reason = "no guarantee that streaming stores leave the cache";
	return DOMAIN_ADR;
}
