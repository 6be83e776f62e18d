/*
 * provenance_test.c: files of facts are read strictly and written as read
 */
#include "provenance.h"

#include <errno.h>
#include <unistd.h>

#include "check.h"

static char path[] = "/dev/shm/provenance_test.XXXXXX";

static void
file_write(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	CHECK(fwrite(text, 1, len, f) == len);
	CHECK(fclose(f) == 0);
}

static const struct flaw {
	const char *text, *error;
} flaws[] = {
	{"", "schema is not stated, wanted 1"},
	{"cpu_vendor\tx\n", "schema is not stated, wanted 1"},
	{"schema\t2\n", "schema is 2, wanted 1"},
	{"schema\t1", "line 1: truncated: no newline at its end"},
	{"schema\t1\n\n", "line 2: no tab between key and value"},
	{"schema 1\n", "line 1: no tab between key and value"},
	{"schema\t1\nNodes\t1\n",
		"line 2: key is not a word of a-z, 0-9 and _"},
	{"schema\t1\n\t1\n", "line 2: key is not a word of a-z, 0-9 and _"},
	{"schema\t1\r\n", "line 1: control character in a value"},
	{"schema\t1\nnodes\t1\t2\n", "line 2: control character in a value"},
};

static void
flaws_are_told(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct provenance p = {0};

	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		file_write(flaws[i].text, strlen(flaws[i].text));
		CHECK(provenance_read(&p, path, "1", error) == -EINVAL);
		CHECK_TEXT(error, flaws[i].error);
		CHECK(!p.facts && p.count == 0);
	}
	file_write("schema\t1\nk\t\0v\n", 14);
	CHECK(provenance_read(&p, path, "1", error) == -EINVAL);
	CHECK_TEXT(error, "line 2: NUL byte");
	CHECK(provenance_read(&p, "/nowhere", "1", error) == -ENOENT);
	CHECK_TEXT(error, "No such file or directory");
	CHECK(provenance_read(&p, "/", "1", error) == -EISDIR);
	CHECK_TEXT(error, "Is a directory");
}

static void
facts_come_back(void)
{
	static const char text[] =
		"schema\t1\ntarget\tdram\nempty\t\ntarget\t/mnt/p mem\n";
	char error[PROVENANCE_ERROR_BYTES] = "", *written;
	struct provenance p = {0}, copy = {0};
	size_t len;
	FILE *f;

	file_write(text, strlen(text));
	CHECK(provenance_read(&p, path, "1", error) == 0, "%s", error);
	CHECK(p.count == 4);
	CHECK_TEXT(provenance_find(&p, "target"), "/mnt/p mem");
	CHECK_TEXT(provenance_find(&p, "empty"), "");
	CHECK(!provenance_find(&p, "targe"));
	CHECK(provenance_append(&copy, &p) == 0);
	provenance_free(&p);
	CHECK(p.count == 0 && !p.facts);

	f = open_memstream(&written, &len);
	CHECK(f);
	provenance_write(&copy, "", f);
	CHECK(fclose(f) == 0);
	CHECK_TEXT(written, text);
	free(written);
	provenance_free(&copy);
}

static void
values_stay_on_one_line(void)
{
	struct provenance p = {0};

	CHECK(provenance_add(&p, "", "x") == -EINVAL);
	CHECK(provenance_add(&p, "a b", "x") == -EINVAL);
	CHECK(provenance_add(&p, "a", "one\ntwo\tthree\r\n") == 0);
	CHECK_TEXT(provenance_find(&p, "a"), "one two three  ");
	for (int i = 0; i < 1000; i++)
		CHECK(provenance_addf(&p, "number", "%d", i) == 0);
	CHECK_TEXT(provenance_find(&p, "number"), "999");
	CHECK(p.count == 1001);
	provenance_free(&p);
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	flaws_are_told();
	facts_come_back();
	values_stay_on_one_line();
	CHECK(unlink(path) == 0);
	return 0;
}
