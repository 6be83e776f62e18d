/*
 * measurement_write.c: the writer of measurements.tsv
 */
#include "measurement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "atomic_file.h"

/* Two sweeps that append to one file would mix their rounds. */
static int
append_open(struct measurement_writer *w, const char *path)
{
	int err;

	w->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (w->fd < 0)
		return -errno;
	if (flock(w->fd, LOCK_EX | LOCK_NB)) {
		err = -errno;
		close(w->fd);
		return err;
	}
	return 0;
}

int
measurement_create(struct measurement_writer *w, const char *path,
	const struct provenance *provenance)
{
	const char *schema = provenance_find(provenance, "schema");
	struct atomic_file f;
	int err;

	if (!schema || strcmp(schema, MEASUREMENT_SCHEMA) != 0)
		return -EINVAL;
	if (access(path, F_OK) == 0)
		return -EEXIST;
	err = atomic_file_open(&f, path);
	if (err)
		return err;
	provenance_write(provenance, "# ", f.stream);
	fprintf(f.stream, "%s\n", measurement_header);
	err = atomic_file_commit(&f);
	return err ? err : append_open(w, path);
}

int
measurement_continue(
	struct measurement_writer *w, const char *path, off_t valid_bytes)
{
	int err = append_open(w, path);

	if (err)
		return err;
	if (ftruncate(w->fd, valid_bytes)) {
		err = -errno;
		close(w->fd);
	}
	return err;
}

/* Appends whole lines. What a full disk leaves of them is cut off again. */
static int
lines_append(const struct measurement_writer *w, const char *text, size_t len)
{
	off_t end = lseek(w->fd, 0, SEEK_END);
	size_t done = 0;
	int err;

	if (end < 0)
		return -errno;
	while (done < len) {
		ssize_t n = write(w->fd, text + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto cut_off;
		done += (size_t)n;
	}
	return 0;

cut_off:
	err = -errno;
	if (ftruncate(w->fd, end))
		return -errno;
	return err;
}

static void
row_print(const struct measurement *m, FILE *f)
{
	fprintf(f,
		"%s\t%s\t%s\t%s\t%s\t%s\t%u\t%u\t%u\t%zu\t%u\t%u\t%u\t%.3f\n",
		op_names[m->op], isa_names[m->isa], store_names[m->store],
		flush_kernels[m->flush].name, residency_names[m->residency],
		drain_names[m->drain], m->threads, m->cpu_node, m->mem_node,
		m->size_bytes, m->dst_offset, m->src_offset, m->rep,
		m->time_ns);
}

/* Below 0.0005 would be written, and read, as 0. */
static bool
rows_are_valid(const struct measurement *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (measurement_check(&rows[i]) || rows[i].time_ns < 0.0005)
			return false;
	}
	return true;
}

int
measurement_write(struct measurement_writer *w, const struct measurement *rows,
	size_t count)
{
	size_t len = 0;
	char *text;
	FILE *f;
	int err;

	if (!rows_are_valid(rows, count))
		return -EINVAL;
	f = open_memstream(&text, &len);
	if (!f)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		row_print(&rows[i], f);
	err = fclose(f) ? -ENOMEM : lines_append(w, text, len);
	free(text);
	return err;
}

int
measurements_write(const struct measurements *all, const char *path)
{
	const char *schema = provenance_find(&all->provenance, "schema");
	struct atomic_file f;
	int err;

	if (!schema || strcmp(schema, MEASUREMENT_SCHEMA) != 0 ||
		!rows_are_valid(all->rows, all->count))
		return -EINVAL;
	err = atomic_file_open(&f, path);
	if (err)
		return err;
	provenance_write(&all->provenance, "# ", f.stream);
	fprintf(f.stream, "%s\n", measurement_header);
	for (size_t i = 0; i < all->count; i++)
		row_print(&all->rows[i], f.stream);
	return atomic_file_commit(&f);
}

int
measurement_comment(
	struct measurement_writer *w, const struct provenance *facts)
{
	size_t len = 0;
	char *text;
	FILE *f;
	int err;

	f = open_memstream(&text, &len);
	if (!f)
		return -ENOMEM;
	provenance_write(facts, "# ", f);
	err = fclose(f) ? -ENOMEM : lines_append(w, text, len);
	free(text);
	return err;
}

int
measurement_sync(struct measurement_writer *w)
{
	return fsync(w->fd) ? -errno : 0;
}

int
measurement_close(struct measurement_writer *w)
{
	int err = measurement_sync(w);

	if (close(w->fd) && !err)
		err = -errno;
	return err;
}
