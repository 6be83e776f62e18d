/*
 * plot.c: gnuplot run for a figure
 *
 * It reads its script from one temporary file and writes to two others: no
 * name to quote, nothing to remove, no pipe that fills up.
 */
#include "plot.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* All of a temporary file as text, or NULL. */
static char *
text_read(FILE *f)
{
	long len;
	char *text;

	if (fseek(f, 0, SEEK_END) || (len = ftell(f)) < 0)
		return NULL;
	rewind(f);
	text = malloc((size_t)len + 1);
	if (text)
		text[fread(text, 1, (size_t)len, f)] = '\0';
	return text;
}

/* Runs gnuplot with three files as its standard ones. 0 or -errno: -EIO if it
 * ran and failed. */
static int
gnuplot_run(FILE *in, FILE *out, FILE *complaints)
{
	char *argv[] = {"gnuplot", "-", NULL};
	posix_spawn_file_actions_t actions;
	int err, status;
	pid_t pid;

	if (fflush(in) || fseek(in, 0, SEEK_SET))
		return -errno;
	err = -posix_spawn_file_actions_init(&actions);
	if (err)
		return err;
	posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(
		&actions, fileno(complaints), STDERR_FILENO);
	err = -posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return err;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

/* gnuplot's complaint, of which the last line says what is wrong. */
static void
describe(int err, FILE *complaints, char *error)
{
	char *text = err == -EIO ? text_read(complaints) : NULL;
	const char *why = err == -ENOENT ? "not found (package gnuplot-nox)" :
					   strerror(-err);
	char *end;

	if (text) {
		end = text + strlen(text);
		while (end > text && (end[-1] == '\n' || end[-1] == ' '))
			*--end = '\0';
		why = strrchr(text, '\n');
		why = why ? why + 1 : text;
		why += strspn(why, " \t");
	}
	snprintf(error, PLOT_ERROR_BYTES, "gnuplot: %.150s",
		why && *why ? why : "failed without a word");
	free(text);
}

int
plot_draw(const struct figure *f, char **svg, char error[PLOT_ERROR_BYTES])
{
	FILE *in = tmpfile(), *out = tmpfile(), *complaints = tmpfile();
	int err;

	*svg = NULL;
	if (!in || !out || !complaints) {
		err = -errno;
		snprintf(error, PLOT_ERROR_BYTES, "temporary file: %s",
			strerror(errno));
		goto close_files;
	}
	plot_script_write(f, in);
	err = gnuplot_run(in, out, complaints);
	if (!err) {
		*svg = text_read(out);
		err = !*svg ? -ENOMEM : strstr(*svg, "</svg>") ? 0 : -EIO;
	}
	if (err) {
		describe(err, complaints, error);
		free(*svg);
		*svg = NULL;
	}

close_files:
	if (complaints)
		fclose(complaints);
	if (out)
		fclose(out);
	if (in)
		fclose(in);
	return err;
}
