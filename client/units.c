// SPDX-License-Identifier: GPL-2.0-or-later
/* Figures as people read them. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "oomk.h"
#include "units.h"

#define NSEC_PER_SEC 1000000000ULL

struct figure figure_bytes(uint64_t bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	struct figure figure;
	double value = (double)bytes;
	unsigned int i = 0;

	if (bytes == OOMK_NO_LIMIT)
		return (struct figure){ "max" };
	if (bytes < 1024) {
		snprintf(figure.text, sizeof(figure.text), "%" PRIu64 " B", bytes);
		return figure;
	}
	/* What one decimal would round to 1024.0 belongs to the next unit. */
	while (value >= 1023.95) {
		value /= 1024;
		i++;
	}
	snprintf(figure.text, sizeof(figure.text), "%.1f %s", value, unit[i]);
	return figure;
}

struct figure figure_mib(uint64_t bytes)
{
	struct figure figure;

	if (bytes == OOMK_NO_LIMIT)
		return (struct figure){ "max" };
	snprintf(figure.text, sizeof(figure.text), "%.1f", (double)bytes / (1 << 20));
	return figure;
}

struct figure figure_ns(uint64_t ns)
{
	static const char *const unit[] = { "ns", "us", "ms", "s" };
	struct figure figure;
	double value = (double)ns;
	unsigned int i = 0;

	while (value >= 999.5 && i < 3) {
		value /= 1000;
		i++;
	}
	snprintf(figure.text, sizeof(figure.text), value < 999.5 ? "%.3g %s" : "%.0f %s", value,
		 unit[i]);
	return figure;
}

struct figure figure_time(uint64_t ns)
{
	struct figure figure;
	time_t seconds = (time_t)(ns / NSEC_PER_SEC);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    !strftime(figure.text, sizeof(figure.text), "%Y-%m-%d %H:%M:%S", &tm))
		return (struct figure){ "-" };
	return figure;
}
