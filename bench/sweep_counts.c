/*
 * sweep_counts.c: see sweep_counts.h
 */
#include "sweep_counts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "atomic_file.h"

/* A row is far shorter. */
#define ROW_BYTES 512

/* Room for the name, which may be longer than that of the measurements. */
#define PATH_BYTES (PATH_MAX + 16)

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

/* DIR/measurements.tsv has DIR/counters.tsv, another DIR/NAME.tsv has
 * DIR/NAME.counters.tsv. */
static void
path_make(char path[PATH_BYTES], const char *measurements)
{
	const char *slash = strrchr(measurements, '/');
	const char *name = slash ? slash + 1 : measurements;
	const char *dot = strrchr(name, '.');
	size_t kept = strlen(measurements);
	bool usual = strcmp(name, "measurements.tsv") == 0;

	if (usual)
		kept = (size_t)(name - measurements);
	else if (dot && strcmp(dot, ".tsv") == 0)
		kept = (size_t)(dot - measurements);
	snprintf(path, PATH_BYTES, "%.*s%scounters.tsv", (int)kept,
		measurements, usual ? "" : ".");
}

/* Puts a file without rows in the place of any other: facts of the measurements
 * and columns. */
static int
file_begin(const char *path, const char *measurements)
{
	char error[PROVENANCE_ERROR_BYTES];
	const char *time = strrchr(measurement_header, '\t');
	struct measurements measured = {0};
	struct atomic_file f;
	int err = measurements_read(
		&measured, measurements, MEASUREMENT_STRICT, error);

	if (err)
		return err;
	err = atomic_file_open(&f, path);
	if (!err) {
		provenance_write(&measured.provenance, "# ", f.stream);
		fprintf(f.stream, "%.*s", (int)(time - measurement_header),
			measurement_header);
		for (int i = 0; i < COUNTER_COUNT; i++)
			fprintf(f.stream, "\t%s", counter_names[i]);
		fputc('\n', f.stream);
		err = atomic_file_commit(&f);
	}
	measurements_free(&measured);
	return err;
}

/* Cuts off what a machine that died left of a row. */
static int
torn_cut(int fd)
{
	char text[ROW_BYTES];
	off_t end = lseek(fd, 0, SEEK_END);
	off_t begin = end > ROW_BYTES ? end - ROW_BYTES : 0;
	ssize_t n = end < 0 ? -1 :
			      pread(fd, text, (size_t)(end - begin), begin);
	const char *newline;

	if (n < 0)
		return -errno;
	newline = memrchr(text, '\n', (size_t)n);
	if (!newline)
		return -EINVAL;
	return ftruncate(fd, begin + (newline + 1 - text)) ? -errno : 0;
}

int
sweep_counts_open(struct sweep_counts *c, const char *measurements, bool anew)
{
	char path[PATH_BYTES];
	int err = 0;

	c->fd = -1;
	counters_open(&c->counters);
	if (c->counters.count == 0)
		return 0;
	path_make(path, measurements);
	if (anew || access(path, F_OK))
		err = file_begin(path, measurements);
	if (!err) {
		c->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
		err = c->fd < 0 ? -errno : torn_cut(c->fd);
	}
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
