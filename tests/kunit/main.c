// SPDX-License-Identifier: GPL-2.0-only
/* The KUnit tests of the parts that need no OOM: oomk_kunit.ko. */
#include <kunit/test.h>
#include <linux/module.h>

#include "tests.h"

kunit_test_suites(&oomk_message_suite, &oomk_message_room_suite, &oomk_panic_suite,
		  &oomk_score_suite, &oomk_store_suite, &oomk_text_suite);

MODULE_DESCRIPTION("KUnit tests of oomk");
MODULE_LICENSE("GPL");
