/*
 * sweep_counts.c: see sweep_counts.h
 */
#include "sweep_counts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "counters.tsv"

/* A row is far shorter. */
#define ROW_BYTES 512

/* Appends a whole line, or nothing. */
static int
line_write(int fd, const char *text, size_t len)
{
	off_t end = lseek(fd, 0, SEEK_END);
	ssize_t n = end < 0 ? -1 : write(fd, text, len);
	int err = n < 0 ? -errno : -ENOSPC;

	if (n == (ssize_t)len)
		return 0;
	if (n > 0 && ftruncate(fd, end))
		return -errno;
	return err;
}

static int
header_write(int fd)
{
	char text[ROW_BYTES];
	const char *time = strrchr(measurement_header, '\t');
	int len = snprintf(text, sizeof(text), "%.*s",
		(int)(time - measurement_header), measurement_header);

	for (int i = 0; i < COUNTER_COUNT; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "\t%s",
			counter_names[i]);
	text[len++] = '\n';
	return line_write(fd, text, (size_t)len);
}

int
sweep_counts_open(struct sweep_counts *c, const char *measurements)
{
	const char *slash = strrchr(measurements, '/');
	int directory_bytes = slash ? (int)(slash - measurements) + 1 : 0;
	char path[PATH_MAX + sizeof(NAME)];
	struct stat st;
	int err = 0;

	c->fd = -1;
	counters_open(&c->counters);
	if (c->counters.count == 0)
		return 0;
	snprintf(
		path, sizeof(path), "%.*s" NAME, directory_bytes, measurements);
	c->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (c->fd < 0 || fstat(c->fd, &st))
		err = -errno;
	else if (st.st_size == 0)
		err = header_write(c->fd);
	if (err)
		sweep_counts_close(c);
	return err;
}

int
sweep_counts_write(const struct sweep_counts *c, const struct measurement *row,
	size_t operations, const long long events[COUNTER_COUNT])
{
	char text[ROW_BYTES];
	int len = snprintf(text, sizeof(text),
		"%s\t%s\t%s\t%s\t%s\t%s\t%u\t%u\t%u\t%zu\t%u\t%u\t%u",
		op_names[row->op], isa_names[row->isa], store_names[row->store],
		flush_kernels[row->flush].name, residency_names[row->residency],
		drain_names[row->drain], row->threads, row->cpu_node,
		row->mem_node, row->size_bytes, row->dst_offset,
		row->src_offset, row->rep);

	for (int i = 0; i < COUNTER_COUNT; i++) {
		size_t room = sizeof(text) - (size_t)len;

		if (events[i] == COUNTER_ABSENT)
			len += snprintf(text + len, room, "\t-");
		else
			len += snprintf(text + len, room, "\t%.3f",
				(double)events[i] / (double)operations);
	}
	text[len++] = '\n';
	return line_write(c->fd, text, (size_t)len);
}

void
sweep_counts_close(struct sweep_counts *c)
{
	counters_close(&c->counters);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
