// SPDX-License-Identifier: GPL-2.0-or-later
/* What the journal gets. Its socket and its library are played. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "journal.h"

static char entry[8][256];
static int count, access_errno, send_result;

/* These come before those of the libraries. */

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int access(const char *path, int mode)
{
	(void)mode;
	assert_string_equal(path, "/run/systemd/journal/socket");
	errno = access_errno;
	return access_errno ? -1 : 0;
}

int sd_journal_sendv(const struct iovec *iov, int n)
{
	assert_in_range(n, 0, COUNT_OF(entry));
	count = n;
	for (int i = 0; i < n; i++)
		snprintf(entry[i], sizeof(entry[i]), "%.*s", (int)iov[i].iov_len,
			 (const char *)iov[i].iov_base);
	return send_result;
}

static bool sent(const char *string)
{
	for (int i = 0; i < count; i++)
		if (strcmp(entry[i], string) == 0)
			return true;
	return false;
}

static int set_up(void **state)
{
	(void)state;
	count = 0;
	access_errno = 0;
	send_result = 0;
	return 0;
}

static void an_event_is_an_error_of_its_unit(void **state)
{
	struct journal journal = { 0 };
	struct fields fields = { 0 };

	(void)state;
	fields_add(&fields, "OOMK_SUMMARY=hog[1] killed");
	fields_add(&fields, "OOMK_UNIT=shop.service");
	journal_event(&journal, &fields);
	fields_free(&fields);
	assert_true(sent("MESSAGE=hog[1] killed"));
	assert_true(sent("PRIORITY=3"));
	assert_true(sent("OOMK_UNIT=shop.service"));
	assert_true(sent("OBJECT_SYSTEMD_UNIT=shop.service"));
	assert_int_equal(count, 6);
	assert_int_equal(journal.lost, 0);
}

static void an_event_of_a_users_unit_is_none_of_the_systems(void **state)
{
	struct journal journal = { 0 };
	struct fields fields = { 0 };

	(void)state;
	fields_add(&fields, "OOMK_UNIT=user@1000.service/shop.service");
	journal_event(&journal, &fields);
	fields_free(&fields);
	assert_true(sent("OBJECT_SYSTEMD_USER_UNIT=shop.service"));
	assert_false(sent("OBJECT_SYSTEMD_UNIT=shop.service"));
	assert_int_equal(count, 5);
}

/* Or "journalctl -u" would not find it. */
static void a_unit_is_spelt_as_systemd_has_it(void **state)
{
	struct journal journal = { 0 };
	struct fields fields = { 0 };

	(void)state;
	fields_add(&fields, "OOMK_UNIT=run-my\\\\x2djob.service");
	journal_event(&journal, &fields);
	fields_free(&fields);
	assert_true(sent("OOMK_UNIT=run-my\\\\x2djob.service"));
	assert_true(sent("OBJECT_SYSTEMD_UNIT=run-my\\x2djob.service"));
}

static void a_victim_that_does_not_die_is_a_warning(void **state)
{
	static const char *const priorities[][2] = {
		{ "OOMK_STATE=exited", "PRIORITY=6" },
		{ "OOMK_STATE=stuck", "PRIORITY=4" },
	};
	struct journal journal = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(priorities); i++) {
		struct fields fields = { 0 };

		fields_add(&fields, "OOMK_SUMMARY=hog[1] ...");
		fields_add(&fields, "%s", priorities[i][0]);
		journal_outcome(&journal, &fields);
		fields_free(&fields);
		assert_true(sent(priorities[i][1]));
	}
}

static void a_gap_is_told(void **state)
{
	struct journal journal = { 0 };

	(void)state;
	journal_overwritten(&journal, 3, 7);
	assert_true(sent("MESSAGE=Events #3 to #7 were overwritten before they could be read"));
	assert_true(sent("OOMK_FIRST=3"));
	assert_true(sent("OOMK_LAST=7"));
	assert_true(sent("PRIORITY=4"));
}

/* The library would call that success. */
static void without_a_journal_entries_are_counted(void **state)
{
	struct journal journal = { 0 };

	(void)state;
	access_errno = ENOENT;
	journal_overwritten(&journal, 1, 1);
	journal_overwritten(&journal, 2, 2);
	assert_int_equal(count, 0);
	assert_int_equal(journal.lost, 2);
	assert_true(journal.broken);
	access_errno = 0;
	send_result = -ENOBUFS;
	journal_overwritten(&journal, 3, 3);
	assert_int_equal(journal.lost, 3);
	send_result = 0;
	journal_overwritten(&journal, 4, 4);
	assert_int_equal(journal.lost, 3);
	assert_false(journal.broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_event_is_an_error_of_its_unit, set_up),
		cmocka_unit_test_setup(an_event_of_a_users_unit_is_none_of_the_systems, set_up),
		cmocka_unit_test_setup(a_unit_is_spelt_as_systemd_has_it, set_up),
		cmocka_unit_test_setup(a_victim_that_does_not_die_is_a_warning, set_up),
		cmocka_unit_test_setup(a_gap_is_told, set_up),
		cmocka_unit_test_setup(without_a_journal_entries_are_counted, set_up),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
