/*
 * lines_test.c: lines of any file are numbered, told apart from what a failed
 * read leaves, and the first trouble is the one that is told
 */
#include "lines.h"

#include <errno.h>
#include <unistd.h>

#include "check.h"

FILE *__real_fopen(const char *file, const char *mode);
FILE *__wrap_fopen(const char *file, const char *mode);

static char path[] = "/dev/shm/lines_test.XXXXXX";

/* A disk that gives some bytes and then fails. */
#define BAD_DISK "bad disk"
static const char *bad_disk_text;

static ssize_t
bad_disk_read(void *cookie, char *bytes, size_t room)
{
	ssize_t len = stpncpy(bytes, bad_disk_text, room) - bytes;

	(void)cookie;
	bad_disk_text += len;
	errno = EIO;
	return len > 0 ? len : -1;
}

FILE *
__wrap_fopen(const char *file, const char *mode)
{
	if (strcmp(file, BAD_DISK) != 0)
		return __real_fopen(file, mode);
	return fopencookie(
		NULL, "r", (cookie_io_functions_t){.read = bad_disk_read});
}

static void
file_write(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	CHECK(fwrite(text, 1, len, f) == len);
	CHECK(fclose(f) == 0);
}

static void
lines_are_numbered(void)
{
	static const char text[] = "one\n\nt\tw\0o\r\ntorn";
	char error[PROVENANCE_ERROR_BYTES] = "untouched";
	struct lines l;

	file_write(text, sizeof(text) - 1);
	lines_open(&l, path, error);
	CHECK(lines_next(&l) && l.number == 1 && !l.torn && l.len == 3);
	CHECK_TEXT(l.text, "one");
	CHECK(lines_control(&l) == -1);
	CHECK(lines_next(&l) && l.number == 2 && !l.torn && l.len == 0);
	CHECK_TEXT(l.text, "");
	CHECK(lines_next(&l) && l.number == 3 && !l.torn && l.len == 6);
	CHECK(memcmp(l.text, "t\tw\0o\r", 7) == 0);
	CHECK(lines_control(&l) == '\0');
	l.text[3] = 'w';
	CHECK(lines_control(&l) == '\r');
	CHECK(lines_next(&l) && l.number == 4 && l.torn && l.len == 4);
	CHECK_TEXT(l.text, "torn");
	CHECK(!lines_next(&l) && !lines_next(&l));
	CHECK(lines_close(&l) == 0);
	CHECK_TEXT(error, "untouched");

	file_write("", 0);
	lines_open(&l, path, error);
	CHECK(!lines_next(&l));
	CHECK(lines_close(&l) == 0);
}

static void
lines_are_of_any_length(void)
{
	char error[PROVENANCE_ERROR_BYTES], *text;
	const size_t len = 1000000;
	struct lines l;

	text = malloc(2 * len);
	CHECK(text);
	memset(text, 'x', 2 * len);
	text[len] = '\n';
	file_write(text, 2 * len);
	lines_open(&l, path, error);
	CHECK(lines_next(&l) && !l.torn && l.len == len);
	CHECK(lines_next(&l) && l.torn && l.len == len - 1);
	CHECK(memcmp(l.text, text, len - 1) == 0);
	CHECK(!lines_next(&l));
	CHECK(lines_close(&l) == 0);
	free(text);
}

static void
first_flaw_is_told(void)
{
	char error[PROVENANCE_ERROR_BYTES], long_text[1000];
	struct lines l;

	file_write("a\nb\nc\n", 6);
	lines_open(&l, path, error);
	CHECK(lines_next(&l));
	lines_judge(&l, NULL);
	CHECK(lines_next(&l));
	lines_judge(&l, "not a letter wanted");
	lines_judge(&l, "second thought");
	CHECK(!lines_next(&l));
	lines_judge_end(&l, "no end");
	CHECK(lines_close(&l) == -EINVAL);
	CHECK_TEXT(error, "line 2: not a letter wanted");

	lines_open(&l, path, error);
	while (lines_next(&l))
		lines_judge(&l, NULL);
	lines_judge_end(&l, "no end");
	CHECK(lines_close(&l) == -EINVAL);
	CHECK_TEXT(error, "line 4: no end");

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	lines_open(&l, path, error);
	CHECK(lines_next(&l));
	CHECK(lines_fail(&l, "%d%s", 7, long_text) == -EINVAL);
	CHECK(lines_close(&l) == -EINVAL);
	CHECK(strncmp(error, "line 1: 7xxx", 12) == 0);
	CHECK(strlen(error) == PROVENANCE_ERROR_BYTES - 1);
}

static void
unopened_file_is_told(void)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct lines l;

	lines_open(&l, "/nowhere", error);
	CHECK(!lines_next(&l));
	lines_judge_end(&l, "no end");
	CHECK(lines_close(&l) == -ENOENT);
	CHECK_TEXT(error, "No such file or directory");

	lines_open(&l, "/", error);
	CHECK(!lines_next(&l));
	CHECK(lines_close(&l) == -EISDIR);
	CHECK_TEXT(error, "Is a directory");
}

/* Neither the end of a file nor a torn line: a resumed sweep would cut it. */
static void
failed_read_is_no_end(void)
{
	char error[PROVENANCE_ERROR_BYTES];
	struct lines l;

	bad_disk_text = "one\ntw";
	lines_open(&l, BAD_DISK, error);
	CHECK(lines_next(&l));
	CHECK_TEXT(l.text, "one");
	CHECK(!lines_next(&l));
	lines_judge_end(&l, "no end");
	CHECK(lines_close(&l) == -EIO);
	CHECK_TEXT(error, "Input/output error");

	bad_disk_text = "one\n";
	lines_open(&l, BAD_DISK, error);
	CHECK(lines_next(&l) && !lines_next(&l));
	lines_judge_end(&l, "no end");
	CHECK(lines_close(&l) == -EIO);
	CHECK_TEXT(error, "Input/output error");
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	lines_are_numbered();
	lines_are_of_any_length();
	first_flaw_is_told();
	unopened_file_is_told();
	failed_read_is_no_end();
	CHECK(unlink(path) == 0);
	return 0;
}
