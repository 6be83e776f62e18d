/*
 * device.c: attributes of DAX and block devices
 */
#include "device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sysfs.h"

/* "/sys/dev/block/", two 32-bit numbers and the longest attribute below. */
#define PATH_BYTES 96

static void
path_make(char *path, const char *type, dev_t dev, const char *attribute)
{
	snprintf(path, PATH_BYTES, "/sys/dev/%s/%u:%u%s", type, major(dev),
		minor(dev), attribute);
}

/* Reads a link and ends it with a NUL; 0 or -errno. */
static int
link_read(const char *path, char *buf, size_t size_bytes)
{
	int saved_errno = errno, err = 0;
	ssize_t n = readlink(path, buf, size_bytes - 1);

	if (n < 0)
		err = -errno;
	buf[n < 0 ? 0 : n] = '\0';
	errno = saved_errno;
	return err;
}

int
device_is_dax(dev_t rdev)
{
	char path[PATH_BYTES], link[512];
	const char *name;
	int err;

	path_make(path, "char", rdev, "/subsystem");
	err = link_read(path, link, sizeof(link));
	if (err)
		return err;
	name = strrchr(link, '/');
	return !strcmp(name ? name + 1 : link, "dax");
}

int
device_size(dev_t rdev, size_t *size_bytes)
{
	char path[PATH_BYTES];
	long value;
	int err;

	path_make(path, "char", rdev, "/size");
	err = sysfs_read_long(path, &value);
	if (err)
		return err;
	if (value <= 0)
		return -EINVAL;
	*size_bytes = (size_t)value;
	return 0;
}

/* The number in the first of the attributes that exists, or -1. */
static int
node_read(const char *type, dev_t dev, const char *const attributes[2])
{
	char path[PATH_BYTES];
	long node;

	for (int i = 0; i < 2; i++) {
		path_make(path, type, dev, attributes[i]);
		if (!sysfs_read_long(path, &node))
			return (int)node;
	}
	return -1;
}

int
device_node(dev_t rdev)
{
	/* Devices of the dax bus, and of the dax class before Linux 5.1. */
	static const char *const attributes[2] = {
		"/numa_node", "/device/numa_node"};

	return node_read("char", rdev, attributes);
}

int
device_block_node(dev_t dev)
{
	/* A whole device, and a partition, which lies inside of it. */
	static const char *const attributes[2] = {
		"/device/numa_node", "/../device/numa_node"};

	return node_read("block", dev, attributes);
}

int
device_region(dev_t rdev)
{
	char path[PATH_BYTES], link[512];
	const char *bus;
	int region;

	/* .../ndbusN/regionN/...: memory that is not an NVDIMM has a number in
	 * dax_region/id too, but it is not that of an nd region. */
	path_make(path, "char", rdev, "");
	if (link_read(path, link, sizeof(link)))
		return -1;
	bus = strstr(link, "/ndbus");
	if (!bus || sscanf(bus, "/ndbus%*d/region%d/", &region) != 1)
		return -1;
	return region;
}

int
device_deep_flush(int region)
{
	char path[64];
	long needed;
	int err;

	snprintf(path, sizeof(path), "/sys/bus/nd/devices/region%d/deep_flush",
		region);
	err = sysfs_read_long(path, &needed);
	if (!err && needed)
		err = sysfs_write(path, "1");
	return err == -ENOENT ? -ENOTSUP : err;
}
