/*
 * decision_test.c: decisions.tsv is read as it was written, and nothing else is
 */
#include "decision.h"

#include <errno.h>
#include <unistd.h>

#include "check.h"

static char path[] = "/dev/shm/decision_test.XXXXXX";

static const struct choice first = {
	FLUSH_CLWB, ISA_AVX, ISA_AVX512F, FLUSH_NONE, 4096};
static const struct choice second = {
	FLUSH_NONE, ISA_SSE2, ISA_MOVDIR64B, FLUSH_CLFLUSH, POLICY_NEVER};

/* Every remark there is, or none. */
static struct decision_list
sample(void)
{
	struct decision_list list = {0};
	struct decision d = {
		.op = OP_MOVE,
		.cpu_node = 1,
		.mem_node = 2147483647,
		.domain = DOMAIN_ADR_NT,
		.own = {first, 0.25, 12.5, -3.07, 100, VERDICT_TUNED, ""},
		.has_threshold = true,
		.threshold_lo_bytes = 64,
		.threshold_hi_bytes = POLICY_NEVER,
		.noise_pct = 0.01,
		.challenger = {true, second, 0.3},
		.runner_up = {true, first, -0.15},
		.programs = {{true, first, 0}, {true, second, 1},
			{true, first, 2}},
		.has_uniform = true,
		.uniform = {second, 0, 0, 0, 0, VERDICT_REFUSED, "steal: 31%"},
		.differs = true,
		.own_gain_pct = 7,
		.own_gain_lo_pct = 6,
		.own_gain_hi_pct = 8,
	};

	CHECK(provenance_add(&list.provenance, "schema", "1") == 0);
	CHECK(provenance_add(&list.provenance, "platform_id", "a b") == 0);
	CHECK(decision_push(&list, &d) == 0);
	d = (struct decision){.op = OP_FLUSH, .own = {.choice = second}};
	CHECK(decision_push(&list, &d) == 0);
	return list;
}

static char *
text_of(const struct decision_list *list, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	CHECK(f);
	decision_list_write(list, f);
	CHECK(fclose(f) == 0);
	return text;
}

static int
read_back(const char *text, size_t len, struct decision_list *list,
	char error[PROVENANCE_ERROR_BYTES])
{
	FILE *f = fopen(path, "w");

	CHECK(f);
	CHECK(fwrite(text, 1, len, f) == len);
	CHECK(fclose(f) == 0);
	return decision_list_read(list, path, error);
}

static void
what_is_written_is_read(void)
{
	static const char row[] =
		"move\t1\t2147483647\tadr_nt\tclwb\tavx\tavx512f\tnone\t4096\t"
		"0.25\t12.50\t-3.07\t100.00\ttuned\n";
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct decision_list list = sample(), again = {0};
	size_t len, again_len;
	char *text = text_of(&list, &len), *again_text;

	CHECK(strstr(text, row));
	CHECK(read_back(text, len, &again, error) == 0);
	CHECK(again.count == 2);
	CHECK(again.rows[0].uniform.verdict == VERDICT_REFUSED);
	CHECK_TEXT(again.rows[0].uniform.reason, "steal: 31%");
	CHECK(again.rows[0].threshold_hi_bytes == POLICY_NEVER);
	CHECK(again.rows[0].programs[PROGRAM_REREADING].pct == 2);
	CHECK(!again.rows[1].has_uniform && !again.rows[1].runner_up.present);
	again_text = text_of(&again, &again_len);
	CHECK_TEXT(again_text, text);
	free(text);
	free(again_text);
	decision_list_free(&list);
	decision_list_free(&again);
}

/* A file cut anywhere but behind a row is refused. */
static void
no_part_of_a_file_passes(void)
{
	struct decision_list list = sample();
	size_t len;
	char *text = text_of(&list, &len);
	const char *row = strstr(text, "\tadr_nt\t");
	size_t row_end = (size_t)(strchr(row, '\n') + 1 - text);

	for (size_t part = 0; part < len; part++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct decision_list again = {0};
		int err = read_back(text, part, &again, error);

		CHECK((err == 0) == (part == row_end));
		CHECK(err == 0 || strncmp(error, "line ", 5) == 0);
		decision_list_free(&again);
	}
	free(text);
	decision_list_free(&list);
}

static void
same_check(const struct decision_list *list, const char *text, size_t len)
{
	size_t written_len;
	char *written = text_of(list, &written_len);

	CHECK(written_len == len && memcmp(written, text, len) == 0,
		"written:\n%s\nread:\n%s", written, text);
	free(written);
}

/* Whatever one byte becomes, the answer is a file that is written as it was
 * read, or one clean line. */
static void
every_byte_may_change(void)
{
	static const char bytes[] = {
		0, '\n', '\t', ' ', '#', '9', '-', 'z', (char)0xff};
	struct decision_list list = sample();
	size_t len, passed = 0;
	char *text = text_of(&list, &len);

	for (size_t i = 0; i < len * sizeof(bytes); i++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct decision_list again = {0};
		char saved = text[i / sizeof(bytes)];

		text[i / sizeof(bytes)] = bytes[i % sizeof(bytes)];
		if (read_back(text, len, &again, error)) {
			CHECK(strncmp(error, "line ", 5) == 0);
			CHECK(!strpbrk(error, "\n\r\t"));
		} else {
			same_check(&again, text, len);
			passed++;
		}
		text[i / sizeof(bytes)] = saved;
		decision_list_free(&again);
	}
	CHECK(passed > 0);
	free(text);
	decision_list_free(&list);
}

static void
missing_file_is_told(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct decision_list list = {0};

	CHECK(decision_list_read(&list, "/nonexistent", error) == -ENOENT);
	CHECK_TEXT(error, "No such file or directory");
}

static void
numbers_keep_two_decimals(void)
{
	CHECK(decision_round(1.005) == 1.0 || decision_round(1.005) == 1.01);
	CHECK(decision_round(12.344) == 12.34);
	CHECK(!(1 / decision_round(-0.001) < 0)); /* no negative zero */
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	what_is_written_is_read();
	no_part_of_a_file_passes();
	every_byte_may_change();
	missing_file_is_told();
	numbers_keep_two_decimals();
	CHECK(unlink(path) == 0);
	return 0;
}
