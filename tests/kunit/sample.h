/* SPDX-License-Identifier: GPL-2.0-only */
/* An event with everything in it, for tests to print, send and take things away from. */
#ifndef OOMK_KUNIT_SAMPLE_H
#define OOMK_KUNIT_SAMPLE_H

#include <kunit/test.h>

#include "../../module/event.h"

/**
 * struct oomk_sample - an event as it lies in the store
 *
 * The shell sh[41] has filled /pod, where hog[1234] and hog[1235] are killed: the first one with a
 * known outcome, the second one not even measured. systemd[1] is skipped.
 */
struct oomk_sample {
	struct oomk_event ev;
	struct oomk_victim victims[2];
	struct oomk_task tasks[3];
	struct oomk_cgroup cgroups[2];
	char strings[64];
};

/* Figures of the cgroups and the host follow from their attribute (KiB). */
static inline u64 oomk_sample_kb(unsigned int attr)
{
	return 1000 + attr;
}

struct oomk_sample *oomk_sample(struct kunit *test);

#endif /* OOMK_KUNIT_SAMPLE_H */
