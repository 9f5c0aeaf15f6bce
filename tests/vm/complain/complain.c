// SPDX-License-Identifier: GPL-2.0-only
/* A module that makes the kernel complain: the tests must see it, whatever its words. */
#include <linux/bug.h>
#include <linux/module.h>

static int __init complain_init(void)
{
	WARN(true, "oomk_complain: a warning\n");
	return 0;
}

static void __exit complain_exit(void)
{
}

module_init(complain_init);
module_exit(complain_exit);
MODULE_DESCRIPTION("Makes the kernel complain, for the tests of oomk");
MODULE_LICENSE("GPL");
