/*
 * records_fuzz.c: measurements.tsv and platform.tsv of any bytes
 */
#include <stdlib.h>
#include <string.h>

#include "file_fuzz.h"
#include "measurement.h"

/* What was read, if anything, is valid; as many bytes as were read. */
static off_t
measurements_require(const char *path, enum measurement_mode mode)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct measurements all = {0};
	int err = measurements_read(&all, path, mode, error);
	off_t valid_bytes = all.valid_bytes;

	require(err ? is_one_line(error) : *error == '\0');
	require(!err || (!all.count && !all.rows && !all.provenance.count));
	for (size_t i = 0; i < all.count; i++)
		require(!measurement_check(&all.rows[i]));
	measurements_free(&all);
	return err ? -1 : valid_bytes;
}

static void
measurement_strict(const char *path, size_t size)
{
	off_t bytes = measurements_require(path, MEASUREMENT_STRICT);

	require(bytes < 0 || bytes == (off_t)size);
}

/* A torn end is all that resuming forgives: without it the file is strict. */
static void
measurement_resume(const char *path, size_t size)
{
	off_t bytes = measurements_require(path, MEASUREMENT_RESUME);
	off_t strict = measurements_require(path, MEASUREMENT_STRICT);

	require(bytes <= (off_t)size);
	require((bytes == (off_t)size) == (strict == (off_t)size));
}

/* What is written of facts is read as the same facts. */
static void
facts_repeat(const struct provenance *facts)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct provenance again = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	require(f);
	provenance_write(facts, "", f);
	require(fclose(f) == 0);
	require(!provenance_read(&again, bytes_file(text, len), "1", error));
	require(again.count == facts->count);
	for (size_t i = 0; i < facts->count; i++) {
		require(!strcmp(again.facts[i].key, facts->facts[i].key));
		require(!strcmp(again.facts[i].value, facts->facts[i].value));
	}
	provenance_free(&again);
	free(text);
}

static void
provenance(const char *path, size_t size)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct provenance facts = {0};

	(void)size;
	if (provenance_read(&facts, path, "1", error))
		require(is_one_line(error) && !facts.count);
	else
		facts_repeat(&facts);
	provenance_free(&facts);
}

const struct parser parsers[] = {
	{"measurement", measurement_strict},
	{"measurement_resume", measurement_resume},
	{"provenance", provenance},
	{NULL, NULL},
};
