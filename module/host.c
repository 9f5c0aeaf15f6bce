// SPDX-License-Identifier: GPL-2.0-only
/* Memory of the machine, as /proc/meminfo has it, from counters that need no lock. */
#include <linux/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "capture.h"
#include "compat.h"

/**
 * oomk_host_read() - read the memory figures of the machine
 * @host: filled; the swap total is left to the caller (total_swap_pages is not exported)
 *
 * Per-processor parts of the counters may let a difference of two fall below zero.
 *
 * Context: any. si_meminfo() would take a lock over all block devices, so it is not used.
 */
void oomk_host_read(struct oomk_host *host)
{
	unsigned long shmem = global_node_page_state(NR_SHMEM);
	long file = global_node_page_state(NR_FILE_PAGES) - shmem;
	long swapcache = oomk_swapcache_pages();

#ifdef CONFIG_SWAP
	/* Below zero while swapoff is under way. */
	oomk_host_set(host, OOMK_A_HOST_SWAP_FREE, (u64)max(get_nr_swap_pages(), 0L) * PAGE_SIZE);
#endif
	oomk_host_set(host, OOMK_A_HOST_TOTAL, (u64)totalram_pages() * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_FREE,
		      (u64)global_zone_page_state(NR_FREE_PAGES) * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_AVAILABLE, (u64)si_mem_available() * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_ANON,
		      (u64)global_node_page_state(NR_ANON_MAPPED) * PAGE_SIZE);
	if (swapcache >= 0)
		oomk_host_set(host, OOMK_A_HOST_FILE, (u64)max(file - swapcache, 0L) * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_SHMEM, (u64)shmem * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_SLAB_RECLAIMABLE,
		      (u64)global_node_page_state_pages(NR_SLAB_RECLAIMABLE_B) * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_SLAB_UNRECLAIMABLE,
		      (u64)global_node_page_state_pages(NR_SLAB_UNRECLAIMABLE_B) * PAGE_SIZE);
	oomk_host_set(host, OOMK_A_HOST_KERNEL_STACK,
		      (u64)global_node_page_state(NR_KERNEL_STACK_KB) * 1024);
	oomk_host_set(host, OOMK_A_HOST_PAGETABLES, (u64)OOMK_HOST_PAGETABLES * PAGE_SIZE);
}
