/* SPDX-License-Identifier: GPL-2.0-only */
/* The suites of oomk_kunit.ko. */
#ifndef OOMK_KUNIT_TESTS_H
#define OOMK_KUNIT_TESTS_H

#include <kunit/test.h>

extern struct kunit_suite oomk_message_suite;
extern struct kunit_suite oomk_message_room_suite;
extern struct kunit_suite oomk_panic_suite;
extern struct kunit_suite oomk_score_suite;
extern struct kunit_suite oomk_store_suite;
extern struct kunit_suite oomk_text_suite;

#endif /* OOMK_KUNIT_TESTS_H */
