// SPDX-License-Identifier: GPL-2.0-or-later
/* Which format a client wants, by the header Accept of its request. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "accept.h"
#include "alloc.h"

/* What a client says of a format: how much it wants it, from 0 to 1; -1: nothing. */
struct wish {
	const char *type, *version;
	double quality;
};

/* The next part of @text up to @separator, without the blanks around it; NULL: no more. */
static char *next_part(char **text, const char *separator)
{
	char *part = strsep(text, separator), *end;

	if (!part)
		return NULL;
	part += strspn(part, " \t");
	end = part + strlen(part);
	while (end > part && strchr(" \t", end[-1]))
		*--end = '\0';
	return part;
}

/* Without quotation marks, which a version may have. */
static bool is_version(const char *value, const char *version)
{
	size_t len = strlen(version);

	value += *value == '"';
	return !strncmp(value, version, len) && (!value[len] || value[len] == '"');
}

/* Takes in one element, "TYPE;PARAMETER=VALUE;...", as far as it is about @wish. */
static void take(struct wish *wish, char *element)
{
	const char *type = next_part(&element, ";");
	double quality = 1;
	char *parameter;

	if (!type || strcasecmp(type, wish->type) != 0)
		return;
	while ((parameter = next_part(&element, ";"))) {
		if (!strncasecmp(parameter, "q=", 2))
			quality = strtod(parameter + 2, NULL);
		if (!strncasecmp(parameter, "version=", 8) &&
		    !is_version(parameter + 8, wish->version))
			return;
	}
	if (quality > wish->quality)
		wish->quality = quality;
}

static double wanted(const char *accept, const char *type, const char *version)
{
	struct wish wish = { .type = type, .version = version, .quality = -1 };
	char *copy = xstrdup(accept), *rest = copy, *element;

	while ((element = next_part(&rest, ",")))
		take(&wish, element);
	free(copy);
	return wish.quality;
}

enum metrics_format accept_format(const char *accept)
{
	double openmetrics;

	if (!accept)
		return METRICS_PROMETHEUS;
	openmetrics = wanted(accept, "application/openmetrics-text", "1.0.0");
	return openmetrics > 0 && openmetrics >= wanted(accept, "text/plain", "0.0.4") ?
		       METRICS_OPENMETRICS :
		       METRICS_PROMETHEUS;
}
