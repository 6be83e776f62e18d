/*
 * check_test.c: a header is derived again to the byte, and no other passes
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "planted.h"
#include "tune.h"
#include "verb.h"

const char verb_program[] = "pmem-tune";

/* Of each kind: 210 together, beside truncation at every line. */
#define TAMPERINGS 35

static unsigned rejected; /* tampered headers */

static char directory[] = "/tmp/check_test.XXXXXX";

static char *
text_of(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	CHECK(f && getdelim(&text, &size, '\0', f) > 0);
	fclose(f);
	return text;
}

static void
text_to(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	CHECK(f && fwrite(text, 1, len, f) == len && fclose(f) == 0);
}

static void
measurements_make(const char *path, const char *model, double noise)
{
	struct plant p = planted_usual;
	struct measurement_writer w;
	struct measurements all = {0};
	struct provenance facts = {0};
	size_t count = 0;

	p.noise = noise;
	p.states = 1;
	p.repetitions = 3;
	planted_add(&all, &p, 1);
	/* Few lengths, for each check decides again. */
	for (size_t i = 0; i < all.count; i++) {
		if (all.rows[i].size_bytes >= 512 &&
			all.rows[i].size_bytes <= 4096)
			all.rows[count++] = all.rows[i];
	}
	all.count = count;
	CHECK(provenance_add(&facts, "schema", MEASUREMENT_SCHEMA) == 0);
	CHECK(provenance_add(&facts, "platform_id", "planted") == 0);
	CHECK(provenance_add(&facts, "cpu_vendor", "GenuineIntel") == 0);
	CHECK(provenance_add(&facts, "cpu_family", "6") == 0);
	CHECK(provenance_add(&facts, "cpu_model", model) == 0);
	CHECK(provenance_add(&facts, "cpu_stepping", "7") == 0);
	CHECK(provenance_add(&facts, "cpu_features",
		      "sse2 avx clflush clflushopt clwb") == 0);
	CHECK(measurement_create(&w, path, &facts) == 0);
	CHECK(measurement_write(&w, all.rows, all.count) == 0);
	CHECK(measurement_close(&w) == 0);
	provenance_free(&facts);
	measurements_free(&all);
}

/* Runs a verb; what it says on stderr goes to the file "said". */
static int
run(int (*verb)(int argc, char **argv), char **argv)
{
	int status, argc = 0, saved = dup(STDERR_FILENO);
	int said = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	while (argv[argc])
		argc++;
	CHECK(said >= 0 && saved >= 0 && dup2(said, STDERR_FILENO) >= 0);
	optind = 0; /* getopt starts anew */
	status = verb(argc, argv);
	CHECK(dup2(saved, STDERR_FILENO) >= 0);
	close(said);
	close(saved);
	return status;
}

#define RUN(verb, ...) run(verb##_main, (char *[]){#verb, __VA_ARGS__, NULL})

static void
said_check(const char *wanted)
{
	char *said = text_of("said");

	if (!strstr(said, wanted))
		CHECK_TEXT(said, wanted);
	CHECK(strncmp(said, "pmem-tune: ", 11) == 0);
	CHECK(strchr(said, '\n') == said + strlen(said) - 1);
	free(said);
}

static void
header_is_derived_again(void)
{
	char *first, *second;

	CHECK(RUN(decide, "m.tsv", "--out", "d.tsv") == 0);
	CHECK(RUN(emit, "d.tsv", "--out", "h.h") == 0);
	CHECK(RUN(decide, "m.tsv", "--out", "d2.tsv") == 0);
	CHECK(RUN(emit, "d2.tsv", "--out", "h2.h") == 0);
	first = text_of("h.h");
	second = text_of("h2.h");
	CHECK_TEXT(first, second);
	free(first);
	free(second);
	CHECK(RUN(check, "h.h", "m.tsv") == 0);
}

/* Ways in which people, editors and disks change text. */
enum tampering {
	TAMPER_DIGIT,
	TAMPER_CUT,
	TAMPER_LINE_LESS,
	TAMPER_BIT,
	TAMPER_BYTE_MORE,
	TAMPER_BYTE_LESS,
};
#define TAMPERING_COUNT 6

/* Changes text, of which there is room for a byte more; its length then. */
static size_t
tamper(enum tampering how, char *text, size_t len, struct rng *rng)
{
	size_t at = rng_below(rng, len);

	switch (how) {
	case TAMPER_DIGIT:
		while (text[at] < '0' || text[at] > '9')
			at = rng_below(rng, len);
		text[at] = (char)('0' +
				  (text[at] - '0' + 1 + rng_below(rng, 9)) %
					  10);
		return len;
	case TAMPER_CUT:
		return at;
	case TAMPER_LINE_LESS:
		while (at > 0 && text[at - 1] != '\n')
			at--;
		len -= strcspn(text + at, "\n") + 1;
		memmove(text + at, text + at + strcspn(text + at, "\n") + 1,
			len - at);
		return len;
	case TAMPER_BIT:
		text[at] = (char)(text[at] ^ 1 << rng_below(rng, 7));
		return len;
	case TAMPER_BYTE_MORE:
		memmove(text + at + 1, text + at, len - at);
		text[at] = "0 \n/"[rng_below(rng, 4)];
		return len + 1;
	default:
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	}
}

static void
rejected_check(const char *text, size_t len, const char *why)
{
	text_to("tampered.h", text, len);
	CHECK(RUN(check, "tampered.h", "m.tsv") == 1);
	said_check(why);
	said_check("tampered.h\n");
	rejected++;
}

static void
no_tampering_passes(void)
{
	char *header = text_of("h.h");
	size_t len = strlen(header);
	char *text = malloc(len + 2);
	struct rng rng;

	CHECK(text);
	rng_seed(&rng, 20);
	for (int i = 0; i < TAMPERING_COUNT * TAMPERINGS; i++) {
		size_t tampered;

		memcpy(text, header, len + 1);
		tampered = tamper(
			(enum tampering)(i % TAMPERING_COUNT), text, len, &rng);
		CHECK(tampered != len || memcmp(text, header, len) != 0);
		rejected_check(text, tampered, "header");
	}
	free(text);
	free(header);
}

/* A header that ends after any of its lines, the last one excepted. */
static void
no_truncation_passes(void)
{
	char *header = text_of("h.h");

	for (char *end = header; (end = strchr(end, '\n')) && end[1]; end++)
		rejected_check(header, (size_t)(end + 1 - header),
			"header truncated: it ends in line ");
	free(header);
}

/* Headers that check well against measurements of their own. */
static void
no_foreign_header_passes(void)
{
	static const char *const models[] = {"106", "143", "1", "8"};

	for (size_t i = 0; i < sizeof(models) / sizeof(*models); i++) {
		char *header;

		measurements_make("f.tsv", models[i], 0.02);
		CHECK(RUN(decide, "f.tsv", "--out", "f.d") == 0);
		CHECK(RUN(emit, "f.d", "--out", "f.h") == 0);
		CHECK(RUN(check, "f.h", "f.tsv") == 0);
		header = text_of("f.h");
		rejected_check(header, strlen(header),
			"foreign header: it is for CPU(genuineintel_6_");
		free(header);
		CHECK(unlink("f.tsv") == 0);
	}
}

static void
reasons_are_told(void)
{
	char *header = text_of("h.h");
	char *digit = strstr(header, ", 1024");

	text_to("cut.h", header, strlen(header) / 2);
	CHECK(RUN(check, "cut.h", "m.tsv") == 1);
	said_check("header truncated: it ends in line ");
	CHECK(digit);
	digit[5] = '6';
	text_to("digit.h", header, strlen(header));
	CHECK(RUN(check, "digit.h", "m.tsv") == 1);
	said_check("header differs from its measurements: line ");
	said_check(", 1026");
	free(header);
	CHECK(RUN(check, "h.h", "foreign.tsv") == 1);
	said_check("foreign header: it is for CPU(genuineintel_6_85_7");
	CHECK(RUN(check, "h.h", "other.tsv") == 1);
	said_check("header differs from its measurements");
	CHECK(RUN(check, "none.h", "m.tsv") == 1);
	said_check("cannot read header: No such file or directory: none.h");
	CHECK(RUN(check, "h.h") == 1);
	said_check("argument missing");
	CHECK(RUN(check, "h.h", "m.tsv", "--nonsense") == 1);
	said_check("unknown option: --nonsense");
}

static void
weights_belong_to_the_check(void)
{
	static const char weights[] =
		"op\tresidency\tdrain\tsize_bucket\tweight\n"
		"*\t*\teach\t*\t1\n"
		"move\tcold\t*\t4096\t7.5\n";

	text_to("w.tsv", weights, strlen(weights));
	CHECK(RUN(decide, "m.tsv", "--out", "dw.tsv", "--weights", "w.tsv") ==
		0);
	CHECK(RUN(emit, "dw.tsv", "--out", "hw.h") == 0);
	CHECK(RUN(check, "hw.h", "m.tsv", "--weights", "w.tsv") == 0);
	CHECK(RUN(check, "hw.h", "m.tsv") == 1);
	CHECK(RUN(check, "h.h", "m.tsv", "--weights", "w.tsv") == 1);
}

/* Two platforms in one header, and one platform twice. */
static void
platforms_share_a_header(void)
{
	char *header;

	CHECK(RUN(decide, "foreign.tsv", "--out", "df.tsv") == 0);
	CHECK(RUN(emit, "d.tsv", "df.tsv", "--out", "both.h") == 0);
	header = text_of("both.h");
	CHECK(strstr(header, "CPU(genuineintel_6_85_7, "));
	CHECK(strstr(header, "CPU(genuineintel_6_106_7, "));
	free(header);
	CHECK(RUN(check, "both.h", "m.tsv", "foreign.tsv") == 0);
	CHECK(RUN(check, "both.h", "m.tsv") == 1);
	CHECK(RUN(emit, "d.tsv", "d2.tsv", "--out", "twice.h") == 1);
	said_check("a second file about the same CPU, genuineintel_6_85_7: "
		   "d2.tsv");
	CHECK(access("twice.h", F_OK) != 0);
}

static void
failures_leave_nothing(void)
{
	char *decisions = text_of("d.tsv");

	text_to("torn.tsv", decisions, strlen(decisions) - 40);
	CHECK(RUN(emit, "torn.tsv", "--out", "none.h") == 1);
	said_check("truncated: no newline at its end: torn.tsv");
	CHECK(RUN(emit, "d.tsv", "--out", "nowhere/none.h") == 1);
	CHECK(RUN(decide, "d.tsv", "--out", "none.tsv") == 1);
	said_check("bad measurements: line ");
	CHECK(RUN(decide, "m.tsv") == 1);
	said_check("option missing: --out");
	CHECK(access("none.h", F_OK) != 0 && access("none.tsv", F_OK) != 0);
	free(decisions);
}

static void
remove_all(void)
{
	DIR *d = opendir(directory);
	struct dirent *entry;

	CHECK(d);
	while ((entry = readdir(d))) {
		if (entry->d_name[0] != '.')
			CHECK(unlink(entry->d_name) == 0);
	}
	closedir(d);
	CHECK(rmdir(directory) == 0);
}

int
main(void)
{
	CHECK(mkdtemp(directory) && chdir(directory) == 0);
	measurements_make("m.tsv", "85", 0.02);
	measurements_make("other.tsv", "85", 0.021);
	measurements_make("foreign.tsv", "106", 0.02);
	header_is_derived_again();
	no_tampering_passes();
	no_truncation_passes();
	no_foreign_header_passes();
	reasons_are_told();
	weights_belong_to_the_check();
	platforms_share_a_header();
	failures_leave_nothing();
	remove_all();
	printf("counts: %u tampered, truncated and foreign headers rejected\n",
		rejected);
	CHECK(rejected >= 200);
	return 0;
}
