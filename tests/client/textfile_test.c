// SPDX-License-Identifier: GPL-2.0-or-later
/* A file that readers never see half written. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "textfile.h"

#define OLD "old\n"
#define NEW "new and longer\n"

static char directory[64];

static int set_up(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/oomk-textfile-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink("f.prom");
	unlink("other");
	assert_int_equal(unlink("f.prom.tmp"), -1);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(directory), 0);
	return 0;
}

static void assert_contents(const char *name, const char *expected)
{
	char text[64] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

static void it_replaces_what_was_there(void **state)
{
	(void)state;
	assert_int_equal(textfile_write("f.prom", OLD, strlen(OLD)), 0);
	assert_int_equal(textfile_write("f.prom", NEW, strlen(NEW)), 0);
	assert_contents("f.prom", NEW);
}

static void a_reader_keeps_the_file_that_it_opened(void **state)
{
	char text[64] = "";
	int fd;

	(void)state;
	assert_int_equal(textfile_write("f.prom", OLD, strlen(OLD)), 0);
	fd = open("f.prom", O_RDONLY | O_CLOEXEC);
	assert_int_equal(textfile_write("f.prom", NEW, strlen(NEW)), 0);
	assert_int_equal(read(fd, text, sizeof(text)), strlen(OLD));
	assert_string_equal(text, OLD);
	close(fd);
}

static void others_may_read_it_whatever_the_umask(void **state)
{
	mode_t mask = umask(0077);
	struct stat status;

	(void)state;
	assert_int_equal(textfile_write("f.prom", NEW, strlen(NEW)), 0);
	umask(mask);
	assert_int_equal(stat("f.prom", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
}

static void a_full_disk_leaves_the_old_one(void **state)
{
	struct rlimit saved, small;

	(void)state;
	assert_int_equal(textfile_write("f.prom", OLD, strlen(OLD)), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &saved);
	small = (struct rlimit){ .rlim_cur = 8, .rlim_max = saved.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(textfile_write("f.prom", NEW, strlen(NEW)), EFBIG);
	setrlimit(RLIMIT_FSIZE, &saved);
	assert_contents("f.prom", OLD);
}

static void a_missing_directory_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(textfile_write("none/f.prom", NEW, strlen(NEW)), ENOENT);
}

/* In a directory that others may write to. */
static void a_link_is_not_followed(void **state)
{
	(void)state;
	assert_int_equal(textfile_write("other", OLD, strlen(OLD)), 0);
	assert_int_equal(symlink("other", "f.prom.tmp"), 0);
	assert_int_equal(textfile_write("f.prom", NEW, strlen(NEW)), ELOOP);
	assert_contents("other", OLD);
	assert_int_equal(symlink("other", "f.prom"), 0);
	assert_int_equal(textfile_write("f.prom", NEW, strlen(NEW)), 0);
	assert_contents("other", OLD);
	assert_contents("f.prom", NEW);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_replaces_what_was_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reader_keeps_the_file_that_it_opened, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(others_may_read_it_whatever_the_umask, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_missing_directory_is_an_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("textfile", tests, NULL, NULL);
}
