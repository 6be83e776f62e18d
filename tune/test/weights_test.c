/*
 * weights_test.c: weights are read strictly, and mean what they say
 */
#include "weights.h"

#include <errno.h>
#include <unistd.h>

#include "check.h"

#define HEADER "op\tresidency\tdrain\tsize_bucket\tweight\n"

static char path[] = "/dev/shm/weights_test.XXXXXX";

static void
file_write(const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static const struct flaw {
	const char *text, *error;
} flaws[] = {
	{"", "line 0: nothing has weight"},
	{HEADER, "line 1: nothing has weight"},
	{HEADER "move\twarm\teach\t8\t0\n", "line 2: nothing has weight"},
	{"move\twarm\teach\t8\t1\n", "line 1: not the header of weights"},
	{"# comment\n\n", "line 2: not the header of weights"},
	{HEADER "move\twarm\teach\t8\n", "line 2: not 5 columns"},
	{HEADER "move\twarm\teach\t8\t1\t1\n", "line 2: not 5 columns"},
	{HEADER "copy\twarm\teach\t8\t1\n", "line 2: unknown op"},
	{HEADER "*\thot\teach\t8\t1\n", "line 2: unknown residency"},
	{HEADER "*\t*\tnone\t8\t1\n", "line 2: unknown drain"},
	{HEADER "*\t*\t*\t9\t1\n", "line 2: size_bucket is not a power of two"},
	{HEADER "*\t*\t*\t0\t1\n", "line 2: size_bucket is not a power of two"},
	{HEADER "*\t*\t*\t-8\t1\n",
		"line 2: size_bucket is not a power of two"},
	{HEADER "*\t*\t*\t36893488147419103232\t1\n",
		"line 2: size_bucket is not a power of two"},
	{HEADER "*\t*\t*\t8\t-1\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t0x10\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t0X10\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t 1\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t+1\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\tnan\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t1e300\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t\n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t1 \n",
		"line 2: weight is not a number from 0 to 1e15"},
	{HEADER "*\t*\t*\t8\t1", "line 2: truncated: no newline at its end"},
};

static void
flaws_are_told(void)
{
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		char error[PROVENANCE_ERROR_BYTES] = "";
		struct weights w;

		file_write(flaws[i].text);
		CHECK(weights_read(&w, path, error) == -EINVAL);
		CHECK_TEXT(error, flaws[i].error);
	}
}

static void
missing_file_is_told(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct weights w;

	CHECK(weights_read(&w, "/nonexistent", error) == -ENOENT);
	CHECK_TEXT(error, "No such file or directory");
}

static void
later_rules_replace_earlier_ones(void)
{
	char error[PROVENANCE_ERROR_BYTES] = "";
	struct weights w;

	file_write("# a program\n" HEADER "*\t*\teach\t*\t2\n"
		   "move\t*\t*\t64\t0.5\n# but\nmove\tcold\teach\t64\t1e3\n");
	CHECK(weights_read(&w, path, error) == 0);
	CHECK(w.of[OP_SET][RESIDENCY_WARM][DRAIN_EACH][6] == 2);
	CHECK(w.of[OP_SET][RESIDENCY_WARM][DRAIN_BATCH][6] == 0);
	CHECK(w.of[OP_MOVE][RESIDENCY_WARM][DRAIN_EACH][6] == 0.5);
	CHECK(w.of[OP_MOVE][RESIDENCY_WARM][DRAIN_BATCH][6] == 0.5);
	CHECK(w.of[OP_MOVE][RESIDENCY_COLD][DRAIN_EACH][6] == 1000);
	CHECK(w.of[OP_MOVE][RESIDENCY_COLD][DRAIN_EACH][7] == 2);
}

static void
octaves_begin_at_powers_of_two(void)
{
	CHECK(weights_octave(1) == 0);
	CHECK(weights_octave(63) == 5);
	CHECK(weights_octave(64) == 6);
	CHECK(weights_octave(127) == 6);
	CHECK(weights_octave(SIZE_MAX) == 63);
}

static void
programs_weigh_their_own(void)
{
	for (int p = 0; p < PROGRAM_COUNT; p++) {
		struct weights all, w;

		weights_default(&all);
		w = all;
		weights_restrict(&w, (enum program)p);
		for (int r = 0; r < RESIDENCY_COUNT; r++) {
			for (int d = 0; d < DRAIN_COUNT; d++) {
				bool own[PROGRAM_COUNT] = {d == DRAIN_EACH,
					d == DRAIN_BATCH,
					r == RESIDENCY_REREAD};

				CHECK(all.of[OP_MOVE][r][d][10] > 0);
				CHECK(w.of[OP_MOVE][r][d][10] ==
					(own[p] ? all.of[OP_MOVE][r][d][10] :
						  0));
			}
		}
	}
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0 && close(fd) == 0);
	flaws_are_told();
	missing_file_is_told();
	later_rules_replace_earlier_ones();
	octaves_begin_at_powers_of_two();
	programs_weigh_their_own();
	CHECK(unlink(path) == 0);
	return 0;
}
