/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom the OOM killer would choose now. */
#ifndef OOMK_CANDIDATES_H
#define OOMK_CANDIDATES_H

#include <linux/netlink.h>

#include "capture.h"

int oomk_candidates_get(struct oomk_tasks *tasks, struct nlattr *cgroup_id,
			struct netlink_ext_ack *extack);

#endif /* OOMK_CANDIDATES_H */
